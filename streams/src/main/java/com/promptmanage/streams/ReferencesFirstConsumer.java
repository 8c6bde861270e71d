package com.promptmanage.streams;

import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Hands out the events of a partition that it has just got only when the budgets, settings and prices of that partition
 * have been handed out, so that a first start does not see events before their prices.
 *
 * <p>Streams can wait like that itself, with {@code max.task.idle.ms}, but asks the question again for each record, and
 * formats a text about each answer.
 */
final class ReferencesFirstConsumer extends KafkaConsumer<byte[], byte[]> {

    private static final List<String> REFERENCES = MeterSupplier.READS.stream()
            .filter(topic -> !topic.equals(Topics.USAGE_EVENTS))
            .map(Topic::name)
            .toList();

    /** Partitions of the events that need not wait any more. */
    private final Set<TopicPartition> open = new HashSet<>();

    ReferencesFirstConsumer(Map<String, Object> config) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        List<TopicPartition> waiting = waiting();
        if (waiting.isEmpty()) {
            return super.poll(timeout);
        }
        // Streams pauses partitions too: those are left as they are.
        waiting.removeAll(paused());
        pause(waiting);
        try {
            return super.poll(timeout);
        } finally {
            waiting.retainAll(assignment());
            resume(waiting);
        }
    }

    private List<TopicPartition> waiting() {
        Set<TopicPartition> assigned = assignment();
        open.retainAll(assigned);
        var waiting = new ArrayList<TopicPartition>();
        for (TopicPartition partition : assigned) {
            if (partition.topic().equals(Topics.USAGE_EVENTS.name()) && !open.contains(partition)) {
                if (referencesAreRead(partition.partition(), assigned)) {
                    open.add(partition);
                } else {
                    waiting.add(partition);
                }
            }
        }
        return waiting;
    }

    private boolean referencesAreRead(int partition, Set<TopicPartition> assigned) {
        return REFERENCES.stream()
                .map(topic -> new TopicPartition(topic, partition))
                .filter(assigned::contains)
                .allMatch(reference -> currentLag(reference).orElse(1) == 0);
    }
}
