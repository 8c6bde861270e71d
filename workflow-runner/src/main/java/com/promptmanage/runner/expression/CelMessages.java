package com.promptmanage.runner.expression;

/** What CEL says, for people who know JSON and not CEL. */
final class CelMessages {

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
        return said.replace(" (in container '')", "").replace("is not present in map.", "is not there");
    }

    static String remedy(String message) {
        if (message.contains("undeclared reference")) {
            return "Functions are contains, length, isEmpty, lower, upper, trim, join, round, and those of CEL.";
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
