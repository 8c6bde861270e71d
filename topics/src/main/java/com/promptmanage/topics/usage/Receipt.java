package com.promptmanage.topics.usage;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the events of one accepted request lie on {@code usage.events}. A query that carries it is answered from state
 * that includes them. Opaque to callers.
 *
 * @param offsets the last offset in each partition that the request wrote to
 */
public record Receipt(Map<Integer, Long> offsets) {

    private static final byte VERSION = 1;

    private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

    public Receipt {
        offsets = Map.copyOf(offsets);
    }

    /** The text that callers carry: letters, digits, {@code -} and {@code _}. */
    public String encode() {
        var bytes = ByteBuffer.allocate(1 + offsets.size() * ENTRY_BYTES).put(VERSION);
        new TreeMap<>(offsets)
                .forEach((partition, offset) -> bytes.putInt(partition).putLong(offset));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Reads what {@link #encode} wrote; empty if it is anything else. */
    public static Optional<Receipt> decode(String text) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() % ENTRY_BYTES != 1 || bytes.get() != VERSION) {
                return Optional.empty();
            }
            var offsets = new TreeMap<Integer, Long>();
            while (bytes.hasRemaining()) {
                offsets.put(bytes.getInt(), bytes.getLong());
            }
            return Optional.of(new Receipt(offsets));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
