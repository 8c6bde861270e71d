package com.promptmanage.streams.meter;

import com.promptmanage.streams.ledger.Names;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An event that waits for its price, as the state holds it: with the tags that it was counted by. Those that the account's
 * spend is seen by when the price comes may be others, in whose rows it is not.
 */
final class HeldEvent {

    /** Before tags stood there it was the record alone, of which none begins with this byte. */
    private static final byte VERSION = 1;

    private final byte[] key;

    private final byte[] value;

    HeldEvent(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    /**
     * What to store.
     *
     * @param tags the numbers of the names of the tags that it was counted by
     */
    static byte[] value(Names names, int[] tags, byte[] record) {
        int length = 1 + Integer.BYTES + record.length;
        for (int tag : tags) {
            length += Integer.BYTES + names.text(tag).length;
        }
        ByteBuffer value = ByteBuffer.allocate(length).put(VERSION).putInt(tags.length);
        for (int tag : tags) {
            byte[] name = names.text(tag);
            value.putInt(name.length).put(name);
        }
        return value.put(record).array();
    }

    byte[] account() {
        return StateKeys.heldAccount(key);
    }

    /** Of its record on {@code usage.events}. */
    long offset() {
        return StateKeys.heldOffset(key);
    }

    /** Ms since the epoch. */
    long arrivalMs() {
        return StateKeys.heldArrivalMs(key);
    }

    /** The record as it came. */
    byte[] record() {
        if (!tellsTags()) {
            return value;
        }
        ByteBuffer stored = afterVersion();
        for (int left = stored.getInt(); left > 0; left--) {
            int length = stored.getInt();
            stored.position(stored.position() + length);
        }
        return Arrays.copyOfRange(value, stored.position(), value.length);
    }

    /**
     * The numbers of the names of the tags that it was counted by.
     *
     * @param ofToday those that its account's spend is seen by, which are taken where it does not say
     */
    int[] tags(Names names, int[] ofToday) {
        if (!tellsTags()) {
            return ofToday;
        }
        ByteBuffer stored = afterVersion();
        int[] tags = new int[stored.getInt()];
        for (int i = 0; i < tags.length; i++) {
            byte[] name = new byte[stored.getInt()];
            stored.get(name);
            tags[i] = names.number(name);
        }
        return tags;
    }

    private boolean tellsTags() {
        return value.length > 0 && value[0] == VERSION;
    }

    private ByteBuffer afterVersion() {
        return ByteBuffer.wrap(value).position(1);
    }
}
