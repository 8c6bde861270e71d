package com.promptmanage.streams.ledger;

import com.promptmanage.topics.budget.Dimension;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The keys of stored rows: {@code 'r' account 0 grain dimension [tag 0] bucket value}, so that one range holds all values
 * of a dimension over a range of buckets.
 */
public final class RowKey {

    static final byte SECTION = 'r';

    private RowKey() {}

    /** Where an account's rows begin. */
    static byte[] allOf(byte[] account) {
        return ByteBuffer.allocate(1 + account.length + 1)
                .put(SECTION)
                .put(account)
                .put((byte) 0)
                .array();
    }

    /** Where they end, exclusive. */
    static byte[] afterAllOf(byte[] account) {
        byte[] end = allOf(account);
        end[end.length - 1] = 1;
        return end;
    }

    /** Everything before the bucket. */
    public static byte[] prefix(byte[] account, Grain grain, byte dimension, byte[] tag) {
        var key = new byte[1 + account.length + 1 + 2 + (tag.length == 0 ? 0 : tag.length + 1)];
        fillPrefix(key, account, grain, dimension, tag);
        return key;
    }

    public static byte[] prefix(byte[] account, Grain grain, Dimension dimension) {
        String tag = dimension.tag();
        return prefix(
                account,
                grain,
                dimension.kind().code(),
                tag == null ? new byte[0] : tag.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] of(byte[] account, Grain grain, byte dimension, byte[] tag, int bucket, byte[] value) {
        int tagLength = tag.length == 0 ? 0 : tag.length + 1;
        var key = new byte[1 + account.length + 1 + 2 + tagLength + Integer.BYTES + value.length];
        int at = fillPrefix(key, account, grain, dimension, tag);
        putInt(key, at, bucket);
        System.arraycopy(value, 0, key, at + Integer.BYTES, value.length);
        return key;
    }

    /** A prefix with a bucket behind it: where a range begins or, exclusive, ends. */
    static byte[] at(byte[] prefix, int bucket) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(bucket)
                .array();
    }

    static byte[] at(byte[] prefix, int bucket, byte[] value) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES + value.length)
                .put(prefix)
                .putInt(bucket)
                .put(value)
                .array();
    }

    static int bucket(byte[] key, int prefixLength) {
        return ((key[prefixLength] & 0xFF) << 24)
                | ((key[prefixLength + 1] & 0xFF) << 16)
                | ((key[prefixLength + 2] & 0xFF) << 8)
                | (key[prefixLength + 3] & 0xFF);
    }

    private static int fillPrefix(byte[] key, byte[] account, Grain grain, byte dimension, byte[] tag) {
        key[0] = SECTION;
        System.arraycopy(account, 0, key, 1, account.length);
        int at = 1 + account.length;
        key[at++] = 0;
        key[at++] = grain.code();
        key[at++] = dimension;
        if (tag.length > 0) {
            System.arraycopy(tag, 0, key, at, tag.length);
            at += tag.length;
            key[at++] = 0;
        }
        return at;
    }

    private static void putInt(byte[] key, int at, int number) {
        key[at] = (byte) (number >>> 24);
        key[at + 1] = (byte) (number >>> 16);
        key[at + 2] = (byte) (number >>> 8);
        key[at + 3] = (byte) number;
    }
}
