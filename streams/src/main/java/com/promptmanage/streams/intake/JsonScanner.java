package com.promptmanage.streams.intake;

import com.promptmanage.streams.intake.Rejection.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A strict reader of JSON bytes that allocates nothing on the way: the caller pulls members and values and gets them as
 * ranges. Duplicate keys are the caller's to refuse, who knows which matter.
 *
 * <p>Not thread-safe; reused for every record of a task.
 */
final class JsonScanner {

    private static final int DEPTH_MAX = 64;

    private byte[] json = new byte[0];

    private int at;

    /** The bytes of the text last read: the record's own, or unescaped ones. */
    private byte[] text = json;

    private int textStart;

    private int textLength;

    private boolean textIsPlain;

    void start(byte[] bytes) {
        json = bytes;
        at = 0;
    }

    int position() {
        return at;
    }

    /** Reads again from a position that {@link #position()} told. */
    void backTo(int position) {
        at = position;
    }

    byte[] text() {
        return text;
    }

    int textStart() {
        return textStart;
    }

    int textLength() {
        return textLength;
    }

    /** Whether the text last read stands there as it is, and is ASCII without control characters. */
    boolean textIsPlain() {
        return textIsPlain;
    }

    /** Whether the next value is a text. */
    boolean atText() throws Rejection {
        return peek() == '"';
    }

    boolean atObject() throws Rejection {
        return peek() == '{';
    }

    boolean atNull() throws Rejection {
        return peek() == 'n';
    }

    /** Begins an object. */
    void openObject() throws Rejection {
        expect('{');
    }

    /**
     * Moves to the next member of an object and reads its key.
     *
     * @param first whether no member has been read yet
     * @return false at the end of the object, which is then read
     */
    boolean nextMember(boolean first) throws Rejection {
        int next = peek();
        if (next == '}') {
            at++;
            return false;
        }
        if (!first) {
            expect(',');
        }
        readText();
        expect(':');
        return true;
    }

    /** Whether the text last read is these ASCII characters. */
    boolean textIs(byte[] expected) {
        return textLength == expected.length && Words.same(text, textStart, expected, 0, textLength);
    }

    /** Reads a text, to be had from {@link #text()}. */
    void readText() throws Rejection {
        expect('"');
        int start = at;
        boolean plain = true;
        byte[] bytes = json;
        for (int i = Words.special(bytes, start); i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '"') {
                at = i + 1;
                text = bytes;
                textStart = start;
                textLength = i - start;
                textIsPlain = plain;
                if (!plain) {
                    requireUtf8();
                }
                return;
            }
            if (b == '\\') {
                readEscapedText(start);
                return;
            }
            if (b < 0 || b == 0x7f) {
                plain = false;
            } else if (b < 0x20) {
                throw malformed("control character in a text", i);
            }
        }
        throw malformed("text without an end", bytes.length);
    }

    /** Reads an integer of at most 18 digits. */
    long readInteger(String name) throws Rejection {
        int start = skipBlanks();
        int i = start;
        boolean negative = i < json.length && json[i] == '-';
        if (negative) {
            i++;
        }
        int firstDigit = i;
        long value = 0;
        while (i < json.length && json[i] >= '0' && json[i] <= '9') {
            if (i - firstDigit == 18) {
                throw new Rejection(Reason.INVALID, name + " has more than 18 digits");
            }
            value = value * 10 + (json[i] - '0');
            i++;
        }
        boolean leadingZero = i - firstDigit > 1 && json[firstDigit] == '0';
        boolean fraction = i < json.length && (json[i] == '.' || json[i] == 'e' || json[i] == 'E');
        if (i == firstDigit || leadingZero || fraction) {
            throw new Rejection(Reason.INVALID, name + " must be an integer");
        }
        at = i;
        return negative ? -value : value;
    }

    /** Reads any value and forgets it. */
    void skipValue() throws Rejection {
        skipValue(0);
    }

    private void skipValue(int depth) throws Rejection {
        if (depth > DEPTH_MAX) {
            throw malformed("nested more than " + DEPTH_MAX + " deep", at);
        }
        switch (peek()) {
            case '"' -> readText();
            case '{' -> {
                at++;
                for (boolean first = true; nextMember(first); first = false) {
                    skipValue(depth + 1);
                }
            }
            case '[' -> {
                at++;
                if (peek() == ']') {
                    at++;
                    return;
                }
                skipValue(depth + 1);
                while (peek() == ',') {
                    at++;
                    skipValue(depth + 1);
                }
                expect(']');
            }
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            default -> skipNumber();
        }
    }

    /** Nothing but blanks may follow. */
    void end() throws Rejection {
        if (skipBlanks() != json.length) {
            throw malformed("something follows the event", at);
        }
    }

    private int peek() throws Rejection {
        int i = skipBlanks();
        if (i >= json.length) {
            throw malformed("ends too early", i);
        }
        return json[i];
    }

    private int skipBlanks() {
        int i = at;
        byte[] bytes = json;
        while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        at = i;
        return i;
    }

    private void expect(char character) throws Rejection {
        if (peek() != character) {
            throw malformed("expected '" + character + "'", at);
        }
        at++;
    }

    private void skipWord(String word) throws Rejection {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= json.length || json[at + i] != word.charAt(i)) {
                throw malformed("expected " + word, at);
            }
        }
        at += word.length();
    }

    private void skipNumber() throws Rejection {
        int i = at;
        if (json[i] == '-') {
            i++;
        }
        int digits = i;
        i = skipDigits(i);
        if (i == digits || (json[digits] == '0' && i - digits > 1)) {
            throw malformed("not a value", at);
        }
        if (i < json.length && json[i] == '.') {
            int fraction = i + 1;
            i = skipDigits(fraction);
            if (i == fraction) {
                throw malformed("not a number", at);
            }
        }
        if (i < json.length && (json[i] == 'e' || json[i] == 'E')) {
            int exponent = i + 1;
            if (exponent < json.length && (json[exponent] == '+' || json[exponent] == '-')) {
                exponent++;
            }
            i = skipDigits(exponent);
            if (i == exponent) {
                throw malformed("not a number", at);
            }
        }
        at = i;
    }

    private int skipDigits(int from) {
        int i = from;
        while (i < json.length && json[i] >= '0' && json[i] <= '9') {
            i++;
        }
        return i;
    }

    /** The slow way, for the rare text with an escape in it. */
    private void readEscapedText(int start) throws Rejection {
        var unescaped = new StringBuilder();
        int from = start;
        int i = start;
        while (true) {
            if (i >= json.length) {
                throw malformed("text without an end", i);
            }
            byte b = json[i];
            if (b >= 0 && b < 0x20) {
                throw malformed("control character in a text", i);
            }
            if (b == '"' || b == '\\') {
                unescaped.append(decoded(from, i));
                if (b == '"') {
                    break;
                }
                i = unescape(i + 1, unescaped);
                from = i;
            } else {
                i++;
            }
        }
        at = i + 1;
        text = encoded(unescaped, start);
        textStart = 0;
        textLength = text.length;
        textIsPlain = false;
    }

    private int unescape(int i, StringBuilder into) throws Rejection {
        if (i >= json.length) {
            throw malformed("text without an end", i);
        }
        switch (json[i]) {
            case '"', '\\', '/' -> into.append((char) json[i]);
            case 'b' -> into.append('\b');
            case 'f' -> into.append('\f');
            case 'n' -> into.append('\n');
            case 'r' -> into.append('\r');
            case 't' -> into.append('\t');
            case 'u' -> {
                if (i + 4 >= json.length) {
                    throw malformed("text without an end", i);
                }
                int unit = 0;
                for (int k = 1; k <= 4; k++) {
                    int digit = Character.digit(json[i + k], 16);
                    if (digit < 0) {
                        throw malformed("not an escape", i);
                    }
                    unit = unit * 16 + digit;
                }
                into.append((char) unit);
                return i + 5;
            }
            default -> throw malformed("not an escape", i);
        }
        return i + 1;
    }

    private static byte[] encoded(CharSequence unescaped, int start) throws Rejection {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(unescaped));
            byte[] exactly = new byte[bytes.remaining()];
            bytes.get(exactly);
            return exactly;
        } catch (CharacterCodingException e) {
            // Half of a pair of surrogates: as a question mark, it would be the same as other halves.
            throw malformed("half a character in a text", start);
        }
    }

    private String decoded(int from, int to) throws Rejection {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8", from);
        }
    }

    private void requireUtf8() throws Rejection {
        var unused = decoded(textStart, textStart + textLength);
    }

    private static Rejection malformed(String what, int at) {
        return new Rejection(Reason.MALFORMED, "not valid JSON at byte %d: %s".formatted(at, what));
    }
}
