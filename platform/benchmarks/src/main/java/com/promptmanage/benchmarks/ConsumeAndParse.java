package com.promptmanage.benchmarks;

import com.promptmanage.streams.intake.EventReader;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A loop that reads and parses the events, and does nothing with them: what no pipeline can be faster than. */
final class ConsumeAndParse implements Contender {

    private final String bootstrapServers;

    private final Input input;

    ConsumeAndParse(String bootstrapServers, Input input) {
        this.bootstrapServers = bootstrapServers;
        this.input = input;
    }

    @Override
    public String name() {
        return "(a) consume and parse";
    }

    @Override
    public Outcome run(int round) throws Rejection {
        long events = 0;
        long tokens = 0;
        var reader = new EventReader();
        var watch = Stopwatch.start();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "max.poll.records", "2000",
                        "max.partition.fetch.bytes", "4194304"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, Input.PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(Topics.USAGE_EVENTS.name(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (events < input.events()) {
                for (ConsumerRecord<byte[], byte[]> event : consumer.poll(Duration.ofSeconds(1))) {
                    watch.first();
                    tokens += reader.read(event.key(), event.value(), event.timestamp())
                            .totalTokens();
                    events++;
                }
            }
            String fault = tokens == input.tokensWithRepeats()
                    ? ""
                    : "read %,d tokens instead of %,d".formatted(tokens, input.tokensWithRepeats());
            return new Outcome(events, watch.stop(), fault, "");
        }
    }
}
