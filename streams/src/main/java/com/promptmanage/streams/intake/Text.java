package com.promptmanage.streams.intake;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text of the event being read: a range of bytes in UTF-8 that is good until the next event is read. */
public final class Text {

    private static final byte[] NONE = {};

    private byte[] bytes = NONE;

    private int start;

    private int length = -1;

    void clear() {
        length = -1;
    }

    void set(byte[] bytes, int start, int length) {
        this.bytes = bytes;
        this.start = start;
        this.length = length;
    }

    /** Whether the event has it. */
    public boolean isPresent() {
        return length >= 0;
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
        return length == other.length && Arrays.equals(bytes, start, start + length, other, 0, other.length);
    }

    public boolean startsWith(byte[] prefix) {
        return length >= prefix.length && Arrays.equals(bytes, start, start + prefix.length, prefix, 0, prefix.length);
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
