package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private static final Pattern JSON_WORD = Pattern.compile("\\bjson\\b", Pattern.CASE_INSENSITIVE);

    /** Where the wish for JSON begins; names before it belong to the question. */
    private static final Pattern ASKED =
            Pattern.compile("\\b(json|fields?|keys?|properties)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern QUOTED =
            Pattern.compile("[\"'`]([A-Za-z_][A-Za-z0-9_]{0,63})[\"'`]\\s*([:(][^\"'`\\n]{0,120})?");

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

    private static final int FIELDS_MAX = 40;

    private SimulatedJson() {}

    static boolean isWanted(ModelRequest request) {
        return request.isJson()
                || JSON_WORD.matcher(Stage.without(request.prompt())).find();
    }

    static String of(String prompt, Chance chance) {
        String clean = Stage.without(prompt);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        fields(clean).forEach((name, hint) -> answer.set(name, value(name, hint, chance)));
        if (answer.isEmpty()) {
            answer.put("answer", "simulated");
        }
        answer.put("simulated", true);
        return new String(Json.bytes(answer), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Map<String, String> fields(String prompt) {
        Matcher asked = ASKED.matcher(prompt);
        String wish = asked.find() ? prompt.substring(asked.start()) : prompt;
        var fields = new LinkedHashMap<String, String>();
        add(fields, QUOTED.matcher(wish));
        if (fields.isEmpty()) {
            Matcher list = ENUMERATED.matcher(wish);
            while (list.find()) {
                for (String name : list.group(1).split("\\s*,\\s*(?:and\\s+)?|\\s+and\\s+", -1)) {
                    put(fields, name, "");
                }
            }
            add(fields, NAMED.matcher(wish));
        }
        return fields;
    }

    private static void add(Map<String, String> fields, Matcher found) {
        while (found.find()) {
            put(fields, found.group(1), found.group(2) == null ? "" : found.group(2));
        }
    }

    private static void put(Map<String, String> fields, String name, String hint) {
        boolean isName = !NO_NAMES.contains(name.toLowerCase(Locale.ROOT)) && fields.size() < FIELDS_MAX;
        if (isName
                && (!fields.containsKey(name)
                        || String.valueOf(fields.get(name)).isEmpty())) {
            fields.put(name, hint);
        }
    }

    private static JsonNode value(String name, String hint, Chance chance) {
        var nodes = JsonNodeFactory.instance;
        String said = name + " " + hint;
        if (YES_OR_NO.matcher(hint).find()) {
            return nodes.booleanNode(chance.coin());
        }
        Matcher range = RANGE.matcher(hint);
        boolean isLength = LENGTH.matcher(hint).find();
        boolean isList = !isLength && LIST.matcher(said.replace('_', ' ')).find();
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
        if (NUMBER.matcher(said.replace('_', ' ')).find()) {
            return nodes.numberNode(chance.between(1, 10));
        }
        return nodes.textNode("simulated " + name.replace('_', ' '));
    }
}
