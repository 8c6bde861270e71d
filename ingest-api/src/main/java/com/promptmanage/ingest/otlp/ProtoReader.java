package com.promptmanage.ingest.otlp;

import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf's wire format out of a part of a body, one field after the other. Nothing is copied but texts that are
 * asked for, so a message costs no more memory than its bytes, however many messages are in it.
 *
 * <p>After {@link #next} said that there is a field, its value must be read or skipped.
 */
final class ProtoReader {

    static final int VARINT = 0;

    static final int FIXED_64 = 1;

    static final int BYTES = 2;

    static final int FIXED_32 = 5;

    private static final int GROUP_START = 3;

    private static final int GROUP_END = 4;

    private static final int GROUP_DEPTH_MAX = 32;

    private static final int VARINT_BYTES_MAX = 10;

    private final byte[] bytes;

    private final int end;

    private int at;

    private int tag;

    ProtoReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ProtoReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    /** What {@link #tag} is for a field of this number whose value is of this kind. */
    static int tag(int field, int kind) {
        return (field << 3) | kind;
    }

    /** The same part once more from its start, or from where this one stands. */
    ProtoReader again() {
        return new ProtoReader(bytes, at, end);
    }

    /** Moves on to the next field. */
    boolean next() throws MalformedException {
        if (at == end) {
            return false;
        }
        long read = varint();
        if (read >>> 3 == 0 || read > Integer.MAX_VALUE * 2L + 1) {
            throw new MalformedException("has a field that has no number, before byte " + at);
        }
        tag = (int) read;
        return true;
    }

    /** Which field stands here, see {@link #tag(int, int)}. A field of another kind than expected is one to skip. */
    int tag() {
        return tag;
    }

    long varint() throws MalformedException {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (at == end) {
                throw truncated();
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedException("has a number of more than ten bytes before byte " + at);
    }

    long fixed64() throws MalformedException {
        need(Long.BYTES);
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = (value << 8) | (bytes[at + i] & 0xff);
        }
        at += Long.BYTES;
        return value;
    }

    /** A message, or the elements of a packed field. */
    ProtoReader message() throws MalformedException {
        int length = length();
        at += length;
        return new ProtoReader(bytes, at - length, at);
    }

    /** What is not UTF-8 in it becomes question marks. */
    String text() throws MalformedException {
        int length = length();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    /** As {@link #text()}, of what is no longer than this; empty of what is, which is not held then. */
    String text(int bytesMax) throws MalformedException {
        int length = length();
        at += length;
        return length > bytesMax ? "" : new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    /** Bytes as hexadecimal digits. */
    String hex() throws MalformedException {
        int length = length();
        at += length;
        return java.util.HexFormat.of().formatHex(bytes, at - length, at);
    }

    /** How many bytes are left. */
    int left() {
        return end - at;
    }

    void skip() throws MalformedException {
        skip(tag, 0);
    }

    private void skip(int skipped, int depth) throws MalformedException {
        switch (skipped & 7) {
            case VARINT -> varint();
            case FIXED_64 -> move(Long.BYTES);
            case BYTES -> move(length());
            case FIXED_32 -> move(Integer.BYTES);
            case GROUP_START -> skipGroup(skipped >>> 3, depth + 1);
            default -> throw new MalformedException("has a field of no known kind before byte " + at);
        }
    }

    /** Nobody has written groups for twenty years, but they can be skipped. */
    private void skipGroup(int field, int depth) throws MalformedException {
        if (depth > GROUP_DEPTH_MAX) {
            throw new MalformedException("is nested too deeply at byte " + at);
        }
        while (next()) {
            if ((tag & 7) == GROUP_END) {
                if (tag >>> 3 != field) {
                    throw new MalformedException("ends a group that it is not in, before byte " + at);
                }
                return;
            }
            skip(tag, depth);
        }
        throw truncated();
    }

    private int length() throws MalformedException {
        long length = varint();
        if (length < 0 || length > end - at) {
            throw truncated();
        }
        return (int) length;
    }

    private void move(int count) throws MalformedException {
        need(count);
        at += count;
    }

    private void need(int count) throws MalformedException {
        if (end - at < count) {
            throw truncated();
        }
    }

    private MalformedException truncated() {
        return new MalformedException("ends inside a field, at byte " + at);
    }
}
