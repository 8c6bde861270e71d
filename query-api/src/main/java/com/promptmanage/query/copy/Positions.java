package com.promptmanage.query.copy;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** An offset for each of some partitions of one topic. Not safe for use by several threads. */
final class Positions {

    private final Map<Integer, Long> offsets;

    Positions(Map<Integer, Long> offsets) {
        this.offsets = new HashMap<>(offsets);
    }

    static Positions of(Map<TopicPartition, Long> offsets) {
        var positions = new Positions(Map.of());
        offsets.forEach((partition, offset) -> positions.put(partition.partition(), offset));
        return positions;
    }

    /** @throws IllegalStateException if there is none, which is our mistake */
    long of(int partition) {
        Long offset = offsets.get(partition);
        if (offset == null) {
            throw new IllegalStateException("no offset is known of partition " + partition);
        }
        return offset;
    }

    void put(int partition, long offset) {
        offsets.put(partition, offset);
    }

    void putAll(Positions others) {
        offsets.putAll(others.offsets);
    }
}
