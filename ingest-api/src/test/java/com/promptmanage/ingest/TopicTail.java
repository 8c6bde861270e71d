package com.promptmanage.ingest;

import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What has been written to a topic since this was made. */
final class TopicTail implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;

    private final List<TopicPartition> partitions;

    /** Of {@code usage.events}. */
    TopicTail(String bootstrapServers) {
        this(bootstrapServers, Topics.USAGE_EVENTS);
    }

    TopicTail(String bootstrapServers, Topic topic) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        partitions = consumer.partitionsFor(topic.name()).stream()
                .map(one -> new TopicPartition(one.topic(), one.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** All since the last call, up to what is there now. */
    List<ConsumerRecord<byte[], byte[]>> records() {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        forEach(records::add);
        return records;
    }

    /** As {@link #records}, one after the other, for there may be more than fit into memory. */
    void forEach(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(200)).forEach(reader);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
