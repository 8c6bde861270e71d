package com.promptmanage.query.csv;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of RFC 4180, in UTF-8. */
public final class CsvLine {

    private CsvLine() {}

    /** With the end of the line. */
    public static byte[] bytes(List<String> cells) {
        var line = new StringBuilder();
        String before = "";
        for (String cell : cells) {
            line.append(before).append(quoted(cell));
            before = ",";
        }
        return line.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What someone else wrote, as a cell: empty if there is nothing, and never a formula. */
    public static String text(@Nullable Object value) {
        return value == null ? "" : harmless(value.toString());
    }

    /**
     * A text that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets show as the text it
     * is: what a caller named a model must not run on the desk of who opens the file. The wide forms of these characters begin a
     * formula where such letters are written.
     */
    private static String harmless(String text) {
        return !text.isEmpty() && "=+-@\t\r\n|%＝＋－＠".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static String quoted(String cell) {
        return isPlain(cell) ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /** Without a stream: an export asks this of every cell of millions of lines. */
    private static boolean isPlain(String cell) {
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if (c == ',' || c == '"' || c == '\r' || c == '\n') {
                return false;
            }
        }
        return true;
    }
}
