package com.promptmanage.runner.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * An expression as CEL wants it. The product also takes {@code ===} and {@code !==} for {@code ==} and {@code !=}, {@code
 * x.length} for {@code x.length()}, and braces around a name; this rewrites those, token by token, so that texts stay what
 * they are.
 *
 * @param text what CEL compiles
 * @param shifts where characters were put in: (position in {@code text}, how many), in order
 * @param hasBracesInText whether a text within the expression looks like a template, which it will not be taken for
 */
record CelForm(String text, List<Shift> shifts, boolean hasBracesInText) {

    CelForm {
        shifts = List.copyOf(shifts);
    }

    record Shift(int position, int inserted) {}

    static CelForm of(String source) {
        return new Rewriting(source).rewritten();
    }

    /** The place in the source, from 0, of a place in {@link #text}. */
    int sourceOffset(int position) {
        int offset = position;
        for (Shift shift : shifts) {
            if (shift.position() < position) {
                offset -= shift.inserted();
            }
        }
        return Math.max(0, offset);
    }

    private static final class Rewriting {

        private final String source;

        private final StringBuilder text = new StringBuilder();

        private final List<Shift> shifts = new ArrayList<>();

        private boolean hasBracesInText;

        private int at;

        private int bracesClose = -1;

        private Rewriting(String source) {
            this.source = source;
        }

        CelForm rewritten() {
            while (at < source.length()) {
                char next = source.charAt(at);
                if (next == '"' || next == '\'') {
                    copyText(next);
                } else if (source.startsWith("//", at)) {
                    copyTo(endOfLine());
                } else if (source.startsWith("===", at) || source.startsWith("!==", at)) {
                    // As long as before, so that places keep.
                    text.append(next).append("= ");
                    at += 3;
                } else if (at == bracesClose || (source.startsWith("{{", at) && closingBraces() > 0)) {
                    bracesClose = at == bracesClose ? -1 : closingBraces();
                    text.append("  ");
                    at += 2;
                } else if (isIdentifierStart(next)) {
                    copyIdentifier();
                } else {
                    text.append(next);
                    at++;
                }
            }
            return new CelForm(text.toString(), shifts, hasBracesInText);
        }

        /** Where braces that open here close, if they hold a name and nothing else; else -1. */
        private int closingBraces() {
            int close = source.indexOf("}}", at);
            return close > 0 && isName(source.substring(at + 2, close)) ? close : -1;
        }

        private void copyIdentifier() {
            int start = at;
            int end = at;
            while (end < source.length() && isIdentifierPart(source.charAt(end))) {
                end++;
            }
            String identifier = source.substring(start, end);
            boolean isText = end < source.length()
                    && (source.charAt(end) == '"' || source.charAt(end) == '\'')
                    && identifier.chars().allMatch(c -> "rRbB".indexOf(c) >= 0);
            copyTo(end);
            if (isText) {
                copyText(source.charAt(end), identifier.indexOf('r') >= 0 || identifier.indexOf('R') >= 0);
            } else if (identifier.equals("length") && follows('.', start) && !precedes('(', end)) {
                shifts.add(new Shift(text.length(), 2));
                text.append("()");
            }
        }

        private void copyText(char quote) {
            copyText(quote, false);
        }

        private void copyText(char quote, boolean raw) {
            int start = at;
            String closing = String.valueOf(quote).repeat(3);
            boolean isLong = source.startsWith(closing, at);
            String end = isLong ? closing : String.valueOf(quote);
            int scan = at + end.length();
            while (scan < source.length() && !source.startsWith(end, scan)) {
                scan += source.charAt(scan) == '\\' && !raw ? 2 : 1;
            }
            copyTo(Math.min(source.length(), scan + end.length()));
            hasBracesInText |= source.substring(start, at).contains("{{");
        }

        private void copyTo(int end) {
            text.append(source, at, end);
            at = end;
        }

        private int endOfLine() {
            int end = source.indexOf('\n', at);
            return end < 0 ? source.length() : end;
        }

        private boolean follows(char expected, int position) {
            int before = position - 1;
            while (before >= 0 && Character.isWhitespace(source.charAt(before))) {
                before--;
            }
            return before >= 0 && source.charAt(before) == expected;
        }

        private boolean precedes(char expected, int position) {
            int after = position;
            while (after < source.length() && Character.isWhitespace(source.charAt(after))) {
                after++;
            }
            return after < source.length() && source.charAt(after) == expected;
        }

        private static boolean isName(String text) {
            return text.chars().allMatch(c -> isIdentifierPart((char) c) || c == '.' || c == ' ');
        }

        private static boolean isIdentifierStart(char c) {
            return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }

        private static boolean isIdentifierPart(char c) {
            return isIdentifierStart(c) || (c >= '0' && c <= '9');
        }
    }
}
