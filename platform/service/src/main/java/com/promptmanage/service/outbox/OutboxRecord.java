package com.promptmanage.service.outbox;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record for Kafka.
 *
 * @param key as Kafka gets it; its partition follows from it
 * @param value null deletes the key from a compacted topic
 * @param headers in UTF-8
 * @param order records with the same topic and order reach Kafka in the order in which their transactions commit, and
 *     those transactions wait for each other from the append on. So it is worth being as narrow as the promise needs: the
 *     key, or one execution out of an account's many
 */
@SuppressWarnings("ArrayRecordComponent")
public record OutboxRecord(
        String topic, byte[] key, byte @Nullable [] value, Map<String, String> headers, String order) {

    /** What a broker takes by default, less its own overhead. */
    public static final int VALUE_BYTES_MAX = 1_000_000;

    public OutboxRecord {
        headers = Map.copyOf(headers);
        if (value != null && value.length > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException("a value of %,d bytes is too large for topic %s: at most %,d"
                    .formatted(value.length, topic, VALUE_BYTES_MAX));
        }
    }

    /** In order with all of the same key. */
    public static OutboxRecord of(String topic, String key, byte[] value) {
        return new OutboxRecord(topic, key.getBytes(StandardCharsets.UTF_8), value, Map.of(), key);
    }

    /** Deletes the key from a compacted topic. */
    public static OutboxRecord tombstone(String topic, String key) {
        return new OutboxRecord(topic, key.getBytes(StandardCharsets.UTF_8), null, Map.of(), key);
    }
}
