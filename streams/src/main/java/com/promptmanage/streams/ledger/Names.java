package com.promptmanage.streams.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Gives each text that a partition meets a small number, so that rows are found by numbers. The numbers mean nothing
 * outside of this object's life.
 */
public final class Names {

    /** The number of the empty text. */
    public static final int EMPTY = 0;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final long secret;

    private final long otherSecret;

    private byte[][] texts = new byte[1024][];

    private int[] hashes = new int[1024];

    /** Open addressing: the number plus one, or 0. */
    private int[] slots = new int[4096];

    private int count;

    public Names() {
        var random = new SecureRandom();
        secret = random.nextLong();
        otherSecret = random.nextLong() | 1;
        clear();
    }

    /** The number of a text, given to it now if it is new. */
    public int number(byte[] bytes, int start, int length) {
        int hash = hash(bytes, start, length);
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0) {
            int number = slots[slot] - 1;
            if (hashes[number] == hash && is(texts[number], bytes, start, length)) {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        return add(Arrays.copyOfRange(bytes, start, start + length), hash, slot);
    }

    /** The number of a text, or −1 if it has none. */
    int find(byte[] text) {
        int hash = hash(text, 0, text.length);
        int mask = slots.length - 1;
        for (int slot = hash & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            int number = slots[slot] - 1;
            if (hashes[number] == hash && Arrays.equals(texts[number], text)) {
                return number;
            }
        }
        return -1;
    }

    public int number(byte[] text) {
        return number(text, 0, text.length);
    }

    /** The text of a number. Not to be changed. */
    public byte[] text(int number) {
        return texts[number];
    }

    public int size() {
        return count;
    }

    /** Forgets all numbers but that of the empty text. */
    public void clear() {
        Arrays.fill(slots, 0);
        Arrays.fill(texts, 0, count, new byte[0]);
        count = 0;
        byte[] empty = {};
        add(empty, hash(empty, 0, 0), hash(empty, 0, 0) & (slots.length - 1));
    }

    private int add(byte[] text, int hash, int slot) {
        if (count == texts.length) {
            texts = Arrays.copyOf(texts, count * 2);
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        int number = count++;
        texts[number] = text;
        hashes[number] = hash;
        slots[slot] = number + 1;
        if (count * 2 > slots.length) {
            grow();
        }
        return number;
    }

    private void grow() {
        int[] larger = new int[slots.length * 2];
        int mask = larger.length - 1;
        for (int number = 0; number < count; number++) {
            int slot = hashes[number] & mask;
            while (larger[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            larger[slot] = number + 1;
        }
        slots = larger;
    }

    private static boolean is(byte[] text, byte[] bytes, int start, int length) {
        if (text.length != length) {
            return false;
        }
        int at = 0;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            if ((long) WORD.get(text, at) != (long) WORD.get(bytes, start + at)) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (text[at] != bytes[start + at]) {
                return false;
            }
        }
        return true;
    }

    /** Who chooses texts does not know the secret, so cannot choose many that fall on one place. */
    private int hash(byte[] bytes, int start, int length) {
        long hash = secret ^ length;
        int at = start;
        int end = start + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = mix(hash ^ (long) WORD.get(bytes, at));
        }
        if (at < end) {
            long rest = 0;
            for (; at < end; at++) {
                rest = rest << Byte.SIZE | (bytes[at] & 0xFF);
            }
            hash = mix(hash ^ rest);
        }
        return (int) (hash ^ hash >>> 32);
    }

    /** Both halves of a product of 128 bits, folded: the step of the wyhash family. */
    private long mix(long word) {
        return Math.multiplyHigh(word, otherSecret) ^ (word * otherSecret);
    }
}
