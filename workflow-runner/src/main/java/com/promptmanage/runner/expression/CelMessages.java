package com.promptmanage.runner.expression;

import com.promptmanage.runner.expression.CelFunctions.UnfitException;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What CEL says, for people who know JSON and not CEL. */
final class CelMessages {

    private static final Pattern OVERLOAD =
            Pattern.compile("^(?:No|found no) matching overload for (?:function )?'([A-Za-z][A-Za-z0-9_.]*)'");

    /** What the parser says, with all that it would have taken behind it. */
    private static final Pattern UNEXPECTED = Pattern.compile(
            "^(?:mismatched input|extraneous input|no viable alternative at input) '(.{1,80}?)'(?: expecting .*)?$");

    /** What the parser says of a character that begins nothing, with what stands behind it. */
    private static final Pattern UNKNOWN = Pattern.compile("^token recognition error at: '(.+)");

    /** A bracket that is to close before something else comes. */
    private static final Pattern MISSING = Pattern.compile("^missing '(.{1,20})' at '(.{1,80})'$");

    private static final Pattern UNDECLARED = Pattern.compile("^undeclared reference to '(.{1,80}?)'");

    private static final Pattern RESERVED = Pattern.compile("^reserved identifier: (.{1,80})$");

    /** Of what is not there; otherwise what was looked for stands by itself, whatever it is. */
    private static final Pattern NOT_THERE =
            Pattern.compile("^(?:key '.*' is not present in map|Error resolving field|No such attribute)");

    /** With the fields that were asked for. */
    private static final Pattern FIELD_OF_NONE = Pattern.compile("^Error resolving fields? '(.{1,80}?)'\\. Field.*$");

    /** Of a key, so much as a message has room for. */
    private static final int KEY_CHARS_MAX = 80;

    private CelMessages() {}

    /** Why an evaluation came to nothing. */
    static String of(CelEvaluationException problem) {
        for (Throwable cause = problem.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnfitException) {
                return String.valueOf(cause.getMessage());
            }
        }
        String message = String.valueOf(problem.getMessage());
        String said = withoutPlace(message);
        if (problem.getErrorCode() == CelErrorCode.ATTRIBUTE_NOT_FOUND
                && !NOT_THERE.matcher(said).find()) {
            String key = said.length() <= KEY_CHARS_MAX ? said : said.substring(0, KEY_CHARS_MAX) + "…";
            return "key '%s' is not there".formatted(key);
        }
        return plain(message);
    }

    private static String withoutPlace(String message) {
        String said = message.lines().findFirst().orElse("").strip();
        int colon = said.startsWith("evaluation error") ? said.indexOf(": ") : -1;
        return colon < 0 ? said : said.substring(colon + 2);
    }

    static String plain(String message) {
        String said = withoutPlace(message);
        if (said.startsWith("Function '") && said.contains("' failed with arg(s) '")) {
            // It names what the engine calls the function, and writes out what that was given, however long.
            return "a function was given a value that it does not take";
        }
        if (said.startsWith("For input string")) {
            return "a text is to become a number, and is none";
        }
        if (said.startsWith("expected boolean value")) {
            return "a value stands where true or false belongs, or one is not there";
        }
        if (said.startsWith("expected a list or a map for iteration range")) {
            return "all, exists, exists_one, filter and map look through a list or an object, and were given neither";
        }
        Matcher field = FIELD_OF_NONE.matcher(said);
        if (field.find()) {
            return "field '%s' is asked of what is no object".formatted(field.group(1));
        }
        if (said.startsWith("No matching overload for function '_")
                || said.startsWith("found no matching overload for '_")) {
            int start = said.indexOf("'_") + 2;
            int end = said.indexOf('_', start);
            if (end > start) {
                return "the values beside %s do not go together: they are of different types, or one is not there"
                        .formatted(said.substring(start, end));
            }
        }
        Matcher function = OVERLOAD.matcher(said);
        if (function.find()) {
            return "%s does not take values of these types, or one is not there".formatted(function.group(1));
        }
        Matcher unexpected = UNEXPECTED.matcher(said);
        if (unexpected.find()) {
            return unexpected.group(1).equals("<EOF>")
                    ? "ends where something is still to come"
                    : "has %s where it cannot stand".formatted(unexpected.group(1));
        }
        Matcher unknown = UNKNOWN.matcher(said);
        if (unknown.find()) {
            return "has %s where it cannot stand".formatted(ofUnknown(unknown.group(1)));
        }
        Matcher missing = MISSING.matcher(said);
        if (missing.find() && !missing.group(2).equals("<EOF>")) {
            return "needs %s before %s".formatted(missing.group(1), missing.group(2));
        }
        Matcher undeclared = UNDECLARED.matcher(said);
        if (undeclared.find()) {
            return "calls %s, which is no function here".formatted(undeclared.group(1));
        }
        Matcher reserved = RESERVED.matcher(said);
        if (reserved.find()) {
            return "has the word %s, which means something else in expressions".formatted(reserved.group(1));
        }
        if (said.endsWith("/ by zero") || said.contains("divide by zero") || said.contains("modulus by zero")) {
            return "it divides by zero";
        }
        return said.replace(" (in container '')", "")
                .replace("is not present in map.", "is not there")
                .replaceFirst("^missing ('.{1,20}') at '<EOF>'$", "ends before its $1")
                .replaceFirst(" expecting .*$", "")
                .replace("'<EOF>'", "its end");
    }

    /** What could not be read, without what stands behind it. */
    private static String ofUnknown(String text) {
        char first = text.charAt(0);
        if (first == '"' || first == '\'') {
            return "a text without its closing %s".formatted(first);
        }
        if (first == '=' || first == '&' || first == '|') {
            return "a single %s".formatted(first);
        }
        return text.substring(0, text.offsetByCodePoints(0, 1));
    }

    private static String remedyOfUnknown(char first) {
        return switch (first) {
            case '=' -> "Compare with ==, or with >=, <= or !=: a = alone means nothing.";
            case '&' -> "Write && for and.";
            case '|' -> "Write || for or.";
            case '"', '\'' -> "Put the same quote behind the text as before it.";
            case '‘', '’', '“', '”', '„', '«', '»' -> "Put texts in straight quotes: \"refund\".";
            default -> "Remove it, or put it in quotes if it is part of a text.";
        };
    }

    static String remedy(String message) {
        String said = withoutPlace(message);
        Matcher unknown = UNKNOWN.matcher(said);
        if (unknown.find()) {
            return remedyOfUnknown(unknown.group(1).charAt(0));
        }
        if (said.startsWith("extraneous input") && !said.startsWith("extraneous input '<EOF>'")) {
            return "Remove it, or put what is missing before it: &&, || or ==, a bracket or a quote.";
        }
        if (message.contains("undeclared reference")) {
            return "Functions are contains, length, isEmpty, lower, upper, trim, join, round, and those of CEL.";
        }
        if (message.contains("<EOF>")) {
            return "Finish it: a bracket, a quote or a value is missing.";
        }
        if (message.contains("no matching overload")) {
            return "Compare and add values of one type: int(…), double(…) and string(…) convert.";
        }
        if (message.contains("recursion") || message.contains("nesting")) {
            return "Nest less deeply.";
        }
        return "Write an expression such as record.score > 7 && contains(record.text, \"refund\").";
    }
}
