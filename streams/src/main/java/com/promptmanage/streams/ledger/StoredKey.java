package com.promptmanage.streams.ledger;

import com.promptmanage.topics.budget.Dimension;
import java.util.Arrays;

/** The parts of a stored row's key, as {@link RowKey} puts them together. */
final class StoredKey {

    private final byte[] key;

    private final int accountEnd;

    /** −1 for a dimension that is no tag. */
    private final int tagEnd;

    StoredKey(byte[] key) {
        this.key = key;
        accountEnd = zeroFrom(key, 1);
        tagEnd = key[accountEnd + 2] == Dimension.Kind.TAG.code() ? zeroFrom(key, accountEnd + 3) : -1;
    }

    byte[] key() {
        return key;
    }

    byte[] account() {
        return Arrays.copyOfRange(key, 1, accountEnd);
    }

    Grain grain() {
        return Grain.ofCode(key[accountEnd + 1]);
    }

    byte dimension() {
        return key[accountEnd + 2];
    }

    byte[] tag() {
        return tagEnd < 0 ? new byte[0] : Arrays.copyOfRange(key, accountEnd + 3, tagEnd);
    }

    /** Everything before the bucket. */
    byte[] prefix() {
        return Arrays.copyOf(key, prefixLength());
    }

    int bucket() {
        return RowKey.bucket(key, prefixLength());
    }

    byte[] value() {
        return Arrays.copyOfRange(key, prefixLength() + Integer.BYTES, key.length);
    }

    private int prefixLength() {
        return tagEnd < 0 ? accountEnd + 3 : tagEnd + 1;
    }

    private static int zeroFrom(byte[] key, int from) {
        int at = from;
        while (key[at] != 0) {
            at++;
        }
        return at;
    }
}
