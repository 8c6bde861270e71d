package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A made-up JSON object with the fields that a prompt names. What a field holds is guessed from what the prompt says right
 * behind its name: a range of numbers, true or false, a list, some words to choose from; else a text.
 *
 * <p>Fields are found in quotes or backticks, in front of a colon or a bracket ({@code score (1-10), reasoning: …}), or in an
 * enumeration behind the word JSON, fields or keys.
 */
final class SimulatedJson {

    /** Data that is told as JSON does not ask for any. */
    private static final Pattern JSON_ASKED = Pattern.compile(
            "\\b(?:answer|respond|reply|return|output|give|produce|write|generate)\\b[^.\\n]{0,60}\\bjson\\b",
            Pattern.CASE_INSENSITIVE);

    /** Where the wish for JSON begins; names before it belong to the question. */
    private static final Pattern ASKED =
            Pattern.compile("\\b(json|fields?|keys?|properties)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern QUOTED =
            Pattern.compile("[\"'`]([A-Za-z_][A-Za-z0-9_]{0,63})[\"'`]\\s*([:(,][^\"'`\\n]{0,120})?");

    private static final Pattern ENUMERATED = Pattern.compile(
            "\\b(?:fields?|keys?|properties|with|containing)[: ]+((?:[A-Za-z_][A-Za-z0-9_]*(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+))+[A-Za-z_][A-Za-z0-9_]*)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\s*(?:-|–|to|\\.\\.)\\s*(\\d{1,9})");

    private static final Pattern CHOICE = Pattern.compile("([A-Za-z_]+(?:\\s*[/|]\\s*[A-Za-z_]+)+)");

    private static final Pattern YES_OR_NO =
            Pattern.compile("bool|true\\s*(?:/|or|\\|)\\s*false", Pattern.CASE_INSENSITIVE);

    private static final Pattern NUMBER =
            Pattern.compile("\\b(number|integer|int|score|count|percent)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern LIST =
            Pattern.compile("\\b(list|array|tags|\\d+\\s+\\w+s)\\b|\\[", Pattern.CASE_INSENSITIVE);

    private static final Pattern LENGTH =
            Pattern.compile("\\b(sentences?|words?|characters?|chars|paragraphs?)\\b", Pattern.CASE_INSENSITIVE);

    /** Words in front of a colon that introduce and do not name. */
    private static final List<String> NO_NAMES = List.of(
            "json",
            "object",
            "example",
            "answer",
            "format",
            "fields",
            "field",
            "keys",
            "key",
            "note",
            "respond",
            "reply",
            "return",
            "http",
            "https",
            "only",
            "following",
            "properties",
            "exactly",
            "these");

    private static final Pattern NAMED = Pattern.compile(
            "(?<![A-Za-z0-9_])(?!(?i:%s)\\b)([A-Za-z_][A-Za-z0-9_]{1,63})[ \\t]*(\\([^)\\n]{1,120}\\)|:[ \\t]*[^,;\\n]{0,120})"
                    .formatted(String.join("|", NO_NAMES)));

    /** Behind it stand the fields of the objects in a list. */
    private static final Pattern OF_OBJECTS =
            Pattern.compile("\\b(?:objects?|each) with\\s*$", Pattern.CASE_INSENSITIVE);

    /** A word in quotes, within an enumeration of such. */
    private static final Pattern ENUMERATED_WORD = Pattern.compile(
            "\\G[\"'`]([A-Za-z_][A-Za-z0-9_ ]{0,63})[\"'`](?:\\s*,\\s*(?:(?:and|or)\\s+)?|\\s+(?:and|or)\\s+)?");

    private static final int FIELDS_MAX = 40;

    /** Each is followed to the end of the prompt. */
    private static final int WISHES_MAX = 8;

    private SimulatedJson() {}

    static boolean isWanted(ModelRequest request) {
        return request.isJson()
                || JSON_ASKED.matcher(Stage.without(request.prompt())).find();
    }

    static String of(String prompt, Chance chance) {
        String clean = Stage.without(prompt);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        fields(clean).forEach((name, said) -> answer.set(name, value(name, said, chance)));
        if (answer.isEmpty()) {
            answer.put("answer", "simulated");
        }
        answer.put("simulated", true);
        return new String(Json.bytes(answer), java.nio.charset.StandardCharsets.UTF_8);
    }

    /**
     * What a prompt says of a field.
     *
     * @param hint right behind its name
     * @param parts the fields of the objects that it is a list of; empty if it is none
     * @param choices what it may be; empty if that is not said
     */
    private record Said(String hint, List<String> parts, List<String> choices) {

        static Said of(String hint) {
            return new Said(hint, List.of(), List.of());
        }

        boolean isNothing() {
            return hint.isEmpty() && parts.isEmpty() && choices.isEmpty();
        }
    }

    private static Map<String, Said> fields(String prompt) {
        var fields = new LinkedHashMap<String, Said>();
        // What stands before the last wish may be data, which has names in quotes too. Data may also hold any number of
        // wishes.
        List<Integer> wishes =
                JSON_ASKED.matcher(prompt).results().map(MatchResult::end).toList();
        for (int at : wishes.reversed().stream().limit(WISHES_MAX).toList()) {
            if (fields.isEmpty()) {
                addQuoted(fields, prompt.substring(at));
            }
        }
        Matcher asked = ASKED.matcher(prompt);
        String wish = asked.find() ? prompt.substring(asked.start()) : prompt;
        if (fields.isEmpty()) {
            addQuoted(fields, wish);
        }
        if (fields.isEmpty()) {
            Matcher list = ENUMERATED.matcher(wish);
            while (list.find()) {
                for (String name : list.group(1).split("\\s*,\\s*(?:and\\s+)?|\\s+and\\s+", -1)) {
                    put(fields, name, Said.of(""));
                }
            }
            Matcher named = NAMED.matcher(wish);
            while (named.find()) {
                put(fields, named.group(1), Said.of(named.group(2)));
            }
        }
        return fields;
    }

    private static void addQuoted(Map<String, Said> fields, String wish) {
        Matcher found = QUOTED.matcher(wish);
        int from = 0;
        while (found.find(from)) {
            String hint = found.group(2) == null ? "" : found.group(2).replaceFirst("^,\\s*", "");
            from = found.end();
            var words = new ArrayList<String>();
            boolean isOfObjects = OF_OBJECTS.matcher(hint).find();
            if (isOfObjects || isOpening(hint, wish, from)) {
                from = words(wish, from, words);
            }
            // One word alone may as well be an example.
            boolean isChoice = !isOfObjects && words.size() > 1 && hint.strip().equals("(");
            put(
                    fields,
                    found.group(1),
                    new Said(
                            hint,
                            isOfObjects ? List.copyOf(words) : List.of(),
                            isChoice ? List.copyOf(words) : List.of()));
        }
    }

    private static boolean isOpening(String hint, String wish, int at) {
        return hint.strip().equals("(") && at < wish.length() && "\"'`".indexOf(wish.charAt(at)) >= 0;
    }

    /** Adds the words of an enumeration that begins there. Returns where it ends. */
    private static int words(String wish, int from, List<String> words) {
        Matcher word = ENUMERATED_WORD.matcher(wish);
        int end = from;
        while (word.find(end) && word.start() == end) {
            words.add(word.group(1));
            end = word.end();
        }
        return end;
    }

    private static void put(Map<String, Said> fields, String name, Said said) {
        boolean isName = !NO_NAMES.contains(name.toLowerCase(Locale.ROOT)) && fields.size() < FIELDS_MAX;
        Said before = fields.get(name);
        if (isName && (before == null || before.isNothing())) {
            fields.put(name, said);
        }
    }

    private static JsonNode value(String name, Said said, Chance chance) {
        var nodes = JsonNodeFactory.instance;
        if (!said.choices().isEmpty()) {
            return nodes.textNode(chance.of(said.choices()));
        }
        if (!said.parts().isEmpty()) {
            ArrayNode objects = nodes.arrayNode();
            for (int i = 1; i <= 2; i++) {
                ObjectNode object = objects.addObject();
                for (String part : said.parts()) {
                    object.put(part, "simulated %s %d".formatted(part.replace('_', ' '), i));
                }
            }
            return objects;
        }
        String hint = said.hint();
        String words = name + " " + hint;
        if (hint.contains("YYYY-MM-DD")) {
            return nodes.textNode("2026-%02d-%02d".formatted(chance.between(1, 12), chance.between(1, 28)));
        }
        if (YES_OR_NO.matcher(hint).find()) {
            return nodes.booleanNode(chance.coin());
        }
        Matcher range = RANGE.matcher(hint);
        boolean isLength = LENGTH.matcher(hint).find();
        boolean isList = !isLength && LIST.matcher(words.replace('_', ' ')).find();
        if (range.find() && !isList && !isLength) {
            long from = Long.parseLong(range.group(1));
            long to = Long.parseLong(range.group(2));
            return nodes.numberNode(chance.between(Math.min(from, to), Math.max(from, to)));
        }
        Matcher choice = CHOICE.matcher(hint);
        if (choice.find()) {
            return nodes.textNode(chance.of(
                    Stream.of(choice.group(1).split("\\s*[/|]\\s*", -1)).toList()));
        }
        if (isList) {
            return nodes.arrayNode().add("simulated " + name + " 1").add("simulated " + name + " 2");
        }
        if (NUMBER.matcher(words.replace('_', ' ')).find()) {
            return nodes.numberNode(chance.between(1, 10));
        }
        return nodes.textNode("simulated " + name.replace('_', ' '));
    }
}
