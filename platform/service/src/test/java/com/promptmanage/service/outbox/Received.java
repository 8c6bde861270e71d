package com.promptmanage.service.outbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Everything that is in a topic so far, by key, in the order of arrival. */
final class Received implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;

    private final List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();

    Received(String bootstrapServers, String topic) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "group.id",
                        "received-" + topic,
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
    }

    Received poll() {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
        return this;
    }

    List<ConsumerRecord<byte[], byte[]>> all() {
        return all;
    }

    /** A deleted key's value is empty. */
    Map<String, List<Optional<String>>> byKey() {
        var byKey = new LinkedHashMap<String, List<Optional<String>>>();
        for (var message : all) {
            byKey.computeIfAbsent(new String(message.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                    .add(Optional.ofNullable(message.value()).map(value -> new String(value, StandardCharsets.UTF_8)));
        }
        return byKey;
    }

    /** Each value where it came first. */
    Map<String, List<String>> firstByKey() {
        var first = new LinkedHashMap<String, List<String>>();
        byKey().forEach((key, values) -> first.put(
                key,
                List.copyOf(new LinkedHashSet<>(
                        values.stream().map(Optional::orElseThrow).toList()))));
        return first;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
