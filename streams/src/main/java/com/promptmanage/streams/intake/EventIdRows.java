package com.promptmanage.streams.intake;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How event ids lie in the store and its changelog.
 *
 * <pre>
 *   key                                                         value
 *   version                                                     version | hash key (16)             one row, the first
 *   version | hour (4) | first offset (8) | counter (2)         version | ids (16 each)             a row per commit
 * </pre>
 *
 * <p>All numbers are big-endian, so the rows are in order of arrival. The hour counts from 1970; the offset is that of
 * the record that brought the row's first id, which no later row repeats, before or after a restart; the counter tells
 * rows apart that one record began. Compaction therefore never takes one row's ids for another's.
 */
final class EventIdRows {

    static final byte VERSION = 1;
    static final int ID_BYTES = 2 * Long.BYTES;

    /** A row's largest value. A changelog record must stay well below what brokers accept. */
    static final int VALUE_BYTES_MAX = 128 * 1024;

    private static final int CHUNK_KEY_BYTES = 1 + Integer.BYTES + Long.BYTES + Short.BYTES;
    static final int COUNTER_MAX = 0xFFFF;

    private EventIdRows() {}

    static byte[] hashKeyRow() {
        return new byte[] {VERSION};
    }

    static byte[] hashKeyValue(byte[] hashKey) {
        return ByteBuffer.allocate(1 + hashKey.length).put(VERSION).put(hashKey).array();
    }

    static byte[] hashKeyOf(byte[] value) {
        requireVersion(value);
        return Arrays.copyOfRange(value, 1, value.length);
    }

    static byte[] chunkKey(int hour, long firstOffset, int counter) {
        return ByteBuffer.allocate(CHUNK_KEY_BYTES)
                .put(VERSION)
                .putInt(hour)
                .putLong(firstOffset)
                .putShort((short) counter)
                .array();
    }

    static int hourOf(byte[] chunkKey) {
        if (chunkKey.length != CHUNK_KEY_BYTES) {
            throw new IllegalStateException(
                    "A key of event ids has " + CHUNK_KEY_BYTES + " bytes, not " + chunkKey.length);
        }
        requireVersion(chunkKey);
        return ByteBuffer.wrap(chunkKey).getInt(1);
    }

    /** Sorts before every chunk of that hour or a later one, and after every earlier chunk. */
    static byte[] startOfHour(int hour) {
        return ByteBuffer.allocate(1 + Integer.BYTES).put(VERSION).putInt(hour).array();
    }

    /** An empty chunk value, ready to be filled with ids. */
    static ByteBuffer newChunk() {
        return ByteBuffer.allocate(VALUE_BYTES_MAX).put(VERSION);
    }

    /** A chunk's ids, two longs each. */
    static ByteBuffer idsOf(byte[] chunkValue) {
        requireVersion(chunkValue);
        if ((chunkValue.length - 1) % ID_BYTES != 0) {
            throw new IllegalStateException(
                    "A chunk of event ids has " + chunkValue.length + " bytes: not a whole number of ids");
        }
        return ByteBuffer.wrap(chunkValue, 1, chunkValue.length - 1);
    }

    private static void requireVersion(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != VERSION) {
            throw new IllegalStateException("Event ids are stored in version " + (bytes.length == 0 ? "none" : bytes[0])
                    + "; this program reads version " + VERSION);
        }
    }
}
