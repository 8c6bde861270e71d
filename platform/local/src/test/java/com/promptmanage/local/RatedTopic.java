package com.promptmanage.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.EventJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Committed records of a topic, as any other consumer would read them. */
public final class RatedTopic {

    private RatedTopic() {}

    /** Every rated event that is committed by now. */
    public static List<JsonNode> events(String bootstrapServers) {
        return records(bootstrapServers, Topics.USAGE_RATED.name()).stream()
                .flatMap(record -> {
                    var events = new ArrayList<JsonNode>();
                    record.at("/data/events").forEach(events::add);
                    return events.stream();
                })
                .toList();
    }

    /** Every record that is committed by now. */
    public static List<JsonNode> records(String bootstrapServers, String topic) {
        var records = new ArrayList<JsonNode>();
        try (var consumer = consumer(bootstrapServers, "read_committed");
                var ofAll = consumer(bootstrapServers, "read_uncommitted")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // A commit is marked in each partition after the broker has said that it is made, and can be read from
            // then.
            Map<TopicPartition, Long> ends = ofAll.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    records.add(EventJson.read(record.value()));
                }
            }
        }
        return records;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation, "max.poll.records", 10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
