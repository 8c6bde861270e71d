package com.promptmanage.runner.expression;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What CEL says, for people who know JSON and not CEL. */
final class CelMessages {

    private static final Pattern OVERLOAD =
            Pattern.compile("^(?:No|found no) matching overload for (?:function )?'([A-Za-z][A-Za-z0-9_.]*)'");

    /** What the parser says, with all that it would have taken behind it. */
    private static final Pattern UNEXPECTED = Pattern.compile(
            "^(?:mismatched input|extraneous input|no viable alternative at input) '(.{1,80}?)'(?: expecting .*)?$");

    private CelMessages() {}

    static String plain(String message) {
        String said = message.lines().findFirst().orElse("").strip();
        if (said.startsWith("evaluation error at ")) {
            int colon = said.indexOf(": ");
            said = colon < 0 ? said : said.substring(colon + 2);
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
        if (said.endsWith("/ by zero") || said.contains("divide by zero") || said.contains("modulus by zero")) {
            return "it divides by zero";
        }
        return said.replace(" (in container '')", "")
                .replace("is not present in map.", "is not there")
                .replaceFirst("^missing ('.{1,20}') at '<EOF>'$", "ends before its $1")
                .replaceFirst(" expecting .*$", "")
                .replace("'<EOF>'", "its end");
    }

    static String remedy(String message) {
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
