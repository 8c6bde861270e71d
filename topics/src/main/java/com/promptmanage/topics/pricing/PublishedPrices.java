package com.promptmanage.topics.pricing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What {@code prices} holds: the newest record of each model, partition by partition. */
final class PublishedPrices {

    private static final Duration POLL = Duration.ofMillis(200);

    private final List<Map<String, byte[]>> recordsByPartition;

    private PublishedPrices(List<Map<String, byte[]>> recordsByPartition) {
        this.recordsByPartition = recordsByPartition;
    }

    /** Of a topic of which nothing is known. */
    static PublishedPrices none(int partitions) {
        return new PublishedPrices(IntStream.range(0, partitions)
                .mapToObj(partition -> (Map<String, byte[]>) new HashMap<String, byte[]>())
                .toList());
    }

    /**
     * Reads the topic up to where it ends now.
     *
     * @param consumer assigned to the topic's partitions afterwards
     * @throws IllegalStateException if that takes longer than the timeout
     */
    static PublishedPrices read(Consumer<byte[], byte[]> consumer, int partitions, Duration timeout) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(Topics.PRICES.name(), partition))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all, timeout);
        PublishedPrices published = none(partitions);
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IllegalStateException(
                        "%s could not be read within %s".formatted(Topics.PRICES.name(), timeout));
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                published.take(record);
            }
        }
        return published;
    }

    /** Whether the newest record of the model in the partition is this one. */
    boolean holds(int partition, String model, byte[] value) {
        return Arrays.equals(recordsByPartition.get(partition).get(model), value);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() != null) {
            Map<String, byte[]> records = recordsByPartition.get(record.partition());
            String model = new String(record.key(), UTF_8);
            if (record.value() == null) {
                records.remove(model);
            } else {
                records.put(model, record.value());
            }
        }
    }
}
