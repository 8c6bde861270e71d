package com.promptmanage.runner.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.promptmanage.runner.journal.ListedOutputs.Beginning;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What stands in one line for an output, and for what an execution was begun with. Both are JSON that may be cut off anywhere. */
final class OutputSummary {

    static final int SUMMARY_CHARS_MAX = 200;

    static final int KEY_CHARS_MAX = 100;

    /** As a prompt's answer begins, in JSON as it is stored. */
    private static final String ANSWER = "\"text\":\"";

    /** What things are told apart by. */
    private static final Set<String> KEYS = Set.of("id", "key", "email", "name", "title", "subject", "url");

    private static final Set<String> NOTHING = Set.of("null", "\"\"", "[]", "{}");

    private static final int REPLACEMENT = 0xFFFD;

    private static final int ASCII_MAX = 0x7F;

    private OutputSummary() {}

    /** The text of an answer, or of an output that is a text; of any other its JSON. */
    static String of(Beginning output) {
        String json = output.json();
        int answer = output.isPrompt() ? json.indexOf(ANSWER) : -1;
        return cut(answer < 0 ? readable(json) : text(json, answer + ANSWER.length()), SUMMARY_CHARS_MAX);
    }

    /**
     * What tells one input from others: the first of its fields that is named like an id or a name, otherwise its first field with
     * a value, and its name, otherwise how it begins. Null if it holds nothing.
     *
     * @param triggerData how it begins
     */
    static @Nullable String inputKey(String triggerData) {
        if (NOTHING.contains(triggerData)) {
            return null;
        }
        if (!triggerData.startsWith("{")) {
            return cut(readable(triggerData), KEY_CHARS_MAX);
        }
        String first = null;
        try (JsonParser parser = Json.mapper().createParser(triggerData)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean isSaid = parser.nextToken().isScalarValue() && !parser.hasToken(JsonToken.VALUE_NULL);
                String value = isSaid ? parser.getText() : "";
                parser.skipChildren();
                if (!value.isBlank()) {
                    if (KEYS.contains(name)) {
                        return cut(value, KEY_CHARS_MAX);
                    }
                    first = first == null ? name + ": " + value : first;
                }
            }
        } catch (IOException e) {
            // Here it is cut off: what was read before counts.
        }
        return cut(first == null ? readable(triggerData) : first, KEY_CHARS_MAX);
    }

    private static String readable(String json) {
        return json.startsWith("\"") ? text(json, 1) : decoded(json, 0, false);
    }

    /** A text from behind its first quote on, to its last or to where it is cut off. */
    private static String text(String json, int start) {
        return decoded(json, start, true);
    }

    /** @param isText whether all escapes are undone, and not only those of letters that need none */
    private static String decoded(String json, int start, boolean isText) {
        var text = new StringBuilder();
        int i = start;
        while (i < json.length() && !(isText && json.charAt(i) == '"')) {
            char c = json.charAt(i);
            int length = c != '\\' ? 1 : json.startsWith("u", i + 1) ? 6 : 2;
            if (i + length > json.length()) {
                break;
            }
            switch (length) {
                case 1 -> text.append(c);
                case 2 -> text.append(isText ? unescaped(json.charAt(i + 1)) : json.substring(i, i + 2));
                default -> {
                    char letter = (char) Integer.parseInt(json, i + 2, i + 6, 16);
                    text.append(isText || letter > ASCII_MAX ? String.valueOf(letter) : json.substring(i, i + 6));
                }
            }
            i += length;
        }
        return text.toString();
    }

    private static String unescaped(char escape) {
        return switch (escape) {
            case 'b', 'f', 'n', 'r', 't' -> " ";
            default -> String.valueOf(escape);
        };
    }

    /** In one line, without what no client can read: half a letter, which JSON allows. */
    private static String cut(String text, int charsMax) {
        var line = new StringBuilder();
        int chars = 0;
        boolean isGap = false;
        for (int c : text.codePoints().toArray()) {
            if (Character.isWhitespace(c) || Character.isISOControl(c)) {
                isGap = chars > 0;
                continue;
            }
            if (chars + (isGap ? 1 : 0) >= charsMax) {
                return line.append('…').toString();
            }
            if (isGap) {
                line.append(' ');
                chars++;
                isGap = false;
            }
            line.appendCodePoint(Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c);
            chars++;
        }
        return line.toString();
    }
}
