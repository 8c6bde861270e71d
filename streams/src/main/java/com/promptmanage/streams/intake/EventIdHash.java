package com.promptmanage.streams.intake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 128 bits by which an event is remembered: SipHash-2-4 with its 128-bit output, over length-prefixed fields.
 *
 * <p>The hash is keyed so that nobody who chooses event ids can choose two that collide, and so make another event
 * vanish. Each field goes in after its length, so ("ab", "c") and ("a", "bc") differ. Nothing is allocated; one object
 * hashes one event at a time, on one thread.
 *
 * @see <a href="https://doi.org/10.1007/978-3-642-34931-7_28">SipHash: a fast short-input PRF</a>
 */
final class EventIdHash {

    static final int KEY_BYTES = 16;

    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;

    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /** Bytes that do not fill a word yet, the first in the lowest bits. */
    private long tail;

    private int tailBytes;
    private int length;

    private long hi;
    private long lo;

    /** @param key {@value #KEY_BYTES} secret random bytes */
    EventIdHash(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("A hash key has " + KEY_BYTES + " bytes, not " + key.length);
        }
        key0 = (long) LITTLE_ENDIAN_LONG.get(key, 0);
        key1 = (long) LITTLE_ENDIAN_LONG.get(key, Long.BYTES);
    }

    EventIdHash start() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        tail = 0;
        tailBytes = 0;
        length = 0;
        return this;
    }

    /** Adds a field: its length in four bytes, then its bytes. */
    EventIdHash field(Text field) {
        append(field.length(), Integer.BYTES);
        return raw(field.bytes(), field.start(), field.length());
    }

    /** Adds bytes as they are; what SipHash calls the message is all bytes added since {@link #start}. */
    EventIdHash raw(byte[] bytes, int offset, int count) {
        int at = offset;
        int end = offset + count;
        if (tailBytes == 0) {
            for (; at <= end - Long.BYTES; at += Long.BYTES) {
                word((long) LITTLE_ENDIAN_LONG.get(bytes, at));
            }
        } else {
            int shift = tailBytes * Byte.SIZE;
            for (; at <= end - Long.BYTES; at += Long.BYTES) {
                long next = (long) LITTLE_ENDIAN_LONG.get(bytes, at);
                word(tail | next << shift);
                tail = next >>> (Long.SIZE - shift);
            }
        }
        length += at - offset;
        for (; at < end; at++) {
            append(bytes[at] & 0xFFL, 1);
        }
        return this;
    }

    void finish() {
        word(tail | (long) length << 56);
        v2 ^= 0xee;
        round();
        round();
        round();
        round();
        hi = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        round();
        round();
        round();
        round();
        lo = v0 ^ v1 ^ v2 ^ v3;
    }

    /** The first eight bytes of the hash, read little-endian. Valid from {@link #finish} to the next {@link #start}. */
    long hi() {
        return hi;
    }

    long lo() {
        return lo;
    }

    private void append(long bytes, int count) {
        length += count;
        tail |= bytes << (tailBytes * Byte.SIZE);
        tailBytes += count;
        if (tailBytes >= Long.BYTES) {
            word(tail);
            tailBytes -= Long.BYTES;
            // A shift by all 64 bits would be a shift by none.
            tail = tailBytes == 0 ? 0 : bytes >>> ((count - tailBytes) * Byte.SIZE);
        }
    }

    private void word(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
