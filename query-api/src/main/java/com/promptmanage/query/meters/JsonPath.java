package com.promptmanage.query.meters;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path to one value: JSONPath with names and places only, for example {@code $.usage['in put'][0]}. What would search, filter or
 * match is left out: it would run over every event of a question.
 *
 * @param text as it was written
 * @param steps names, and places in lists as numbers
 */
record JsonPath(String text, List<String> steps) {

    private static final int LENGTH_MAX = 256;

    private static final int STEPS_MAX = 16;

    private static final Pattern STEP = Pattern.compile(
            "\\.([A-Za-z_][A-Za-z0-9_-]*)|\\['([^'\\\\\\p{Cntrl}]+)'\\]|\\[\"([^\"\\\\\\p{Cntrl}]+)\"\\]|\\[(\\d{1,6})\\]");

    JsonPath {
        steps = List.copyOf(steps);
    }

    static Optional<JsonPath> parse(String text) {
        if (!text.startsWith("$") || text.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        var steps = new ArrayList<String>();
        Matcher step = STEP.matcher(text);
        int at = 1;
        while (at < text.length() && step.find(at) && step.start() == at) {
            for (int group = 1; group <= step.groupCount(); group++) {
                if (step.group(group) != null) {
                    steps.add(step.group(group));
                }
            }
            at = step.end();
        }
        return at == text.length() && !steps.isEmpty() && steps.size() <= STEPS_MAX
                ? Optional.of(new JsonPath(text, steps))
                : Optional.empty();
    }

    /** The steps as the database writes an array of texts. */
    String asArray() {
        return arrayOf(steps);
    }

    /** Texts as the database writes an array of them: for arrays within an array, which may not be of different lengths. */
    static String arrayOf(List<String> texts) {
        var array = new StringBuilder("{");
        for (String text : texts) {
            array.append(array.length() == 1 ? "\"" : ",\"")
                    .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return array.append('}').toString();
    }
}
