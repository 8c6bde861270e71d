package com.promptmanage.streams.intake;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text of the event being read: a range of bytes in UTF-8 that is good until the next event is read. */
public final class Text {

    private static final byte[] NONE = {};

    private byte[] bytes = NONE;

    private int start;

    private int length = -1;

    private boolean isPlain;

    void clear() {
        length = -1;
    }

    /** Becomes the text that was last read. */
    void set(JsonScanner json) {
        set(json.text(), json.textStart(), json.textLength(), json.textIsPlain());
    }

    /** @param isPlain what {@link #isPlain()} will say */
    void set(byte[] newBytes, int newStart, int newLength, boolean isPlain) {
        bytes = newBytes;
        start = newStart;
        length = newLength;
        this.isPlain = isPlain;
    }

    /** Whether the event has it. */
    public boolean isPresent() {
        return length >= 0;
    }

    /** Whether it is ASCII without control characters, quotes and backslashes. Others may be so too. */
    public boolean isPlain() {
        return isPlain;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int start() {
        return start;
    }

    public int length() {
        return Math.max(length, 0);
    }

    public boolean is(byte[] other) {
        return length == other.length && Words.same(bytes, start, other, 0, length);
    }

    public boolean startsWith(byte[] prefix) {
        return length >= prefix.length && Words.same(bytes, start, prefix, 0, prefix.length);
    }

    /** A copy to keep. */
    public byte[] copy() {
        return Arrays.copyOfRange(bytes, start, start + length());
    }

    @Override
    public String toString() {
        return new String(bytes, start, length(), StandardCharsets.UTF_8);
    }
}
