package com.promptmanage.query.alert;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Where a reader of the feed has got to. Its text is the {@code id} of server-sent events, opaque to readers.
 *
 * @param topicId Kafka's own: offsets of a topic that was deleted mean nothing on the one that has its name now
 * @param next the offset, in each partition that the reader looks at, of the first record it has not had
 */
record FeedPosition(UUID topicId, Map<Integer, Long> next) {

    private static final byte VERSION = 1;

    private static final int HEAD_BYTES = 1 + 2 * Long.BYTES;

    private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

    FeedPosition {
        next = Map.copyOf(next);
    }

    /** Letters, digits, {@code -} and {@code _}. */
    String encode() {
        var bytes = ByteBuffer.allocate(HEAD_BYTES + next.size() * ENTRY_BYTES)
                .put(VERSION)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits());
        new TreeMap<>(next)
                .forEach((partition, offset) -> bytes.putInt(partition).putLong(offset));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Reads what {@link #encode} wrote; empty if it is anything else. */
    static Optional<FeedPosition> decode(String text) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() < HEAD_BYTES
                    || (bytes.remaining() - HEAD_BYTES) % ENTRY_BYTES != 0
                    || bytes.get() != VERSION) {
                return Optional.empty();
            }
            var topicId = new UUID(bytes.getLong(), bytes.getLong());
            var next = new TreeMap<Integer, Long>();
            while (bytes.hasRemaining()) {
                int partition = bytes.getInt();
                long offset = bytes.getLong();
                if (partition < 0 || offset < 0) {
                    return Optional.empty();
                }
                next.put(partition, offset);
            }
            return Optional.of(new FeedPosition(topicId, next));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether the reader has not had the record at this place. */
    boolean isBefore(int partition, long offset) {
        Long has = next.get(partition);
        return has != null && offset >= has;
    }

    /** After the record at this place. */
    FeedPosition past(int partition, long offset) {
        var moved = new TreeMap<>(next);
        moved.put(partition, offset + 1);
        return new FeedPosition(topicId, moved);
    }
}
