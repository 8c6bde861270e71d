package com.promptmanage.query.alert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alerts between two positions: what a reader missed while it was away. Not safe for use by several threads. */
final class AlertReplay implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(AlertReplay.class);

    private final KafkaConsumer<byte[], byte[]> consumer;

    private final Map<TopicPartition, Long> ends = new HashMap<>();

    /** @param to has every partition of {@code from} */
    AlertReplay(String topic, Map<String, Object> consumerSettings, FeedPosition from, FeedPosition to) {
        var settings = new HashMap<>(consumerSettings);
        // Who was away for longer than alerts are kept gets all that are.
        settings.put("auto.offset.reset", "earliest");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        to.next().forEach((partition, end) -> {
            if (from.isBefore(partition, end - 1)) {
                ends.put(new TopicPartition(topic, partition), end);
            }
        });
        consumer.assign(ends.keySet());
        ends.keySet().forEach(partition -> {
            Long first = from.next().get(partition.partition());
            consumer.seek(partition, first == null ? 0 : first);
        });
    }

    /** Whether there is nothing left. */
    boolean isOver() {
        consumer.pause(ends.entrySet().stream()
                .filter(end -> consumer.position(end.getKey()) >= end.getValue())
                .map(Map.Entry::getKey)
                .toList());
        return consumer.paused().size() == ends.size();
    }

    /** Some of the alerts; none if none came in time. */
    List<FeedItem> next(Duration patience) {
        var items = new ArrayList<FeedItem>();
        for (var record : consumer.poll(patience)) {
            Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
            @Nullable FeedItem item = end != null && record.offset() < end ? item(record) : null;
            if (item != null) {
                items.add(item);
            }
        }
        return items;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Null for a record that is no alert: told of, and passed over. */
    static @Nullable FeedItem item(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new FeedItem(record.partition(), record.offset(), AlertRecord.of(record));
        } catch (IllegalArgumentException e) {
            LOGGER.atError()
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("a record of budget.alerts is no alert");
            return null;
        }
    }
}
