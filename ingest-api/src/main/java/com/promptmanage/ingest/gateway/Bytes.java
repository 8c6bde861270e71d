package com.promptmanage.ingest.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that one thread gathers, many of them one by one: the JDK's own stream for that takes a lock for each. */
final class Bytes {

    private byte[] bytes;

    private int size;

    Bytes(int expected) {
        this.bytes = new byte[expected];
    }

    void add(byte one) {
        if (size == bytes.length) {
            grow(size + 1);
        }
        bytes[size++] = one;
    }

    void add(byte[] from, int at, int count) {
        if (count > bytes.length - size) {
            grow(Math.addExact(size, count));
        }
        System.arraycopy(from, at, bytes, size, count);
        size += count;
    }

    int size() {
        return size;
    }

    /** Forgets what was gathered; the room for it stays. */
    void clear() {
        size = 0;
    }

    /** What was gathered is its beginning, {@link #size()} long, until more is. Not copied. */
    byte[] array() {
        return bytes;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    String text() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    private void grow(int needed) {
        bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1) + 16));
    }
}
