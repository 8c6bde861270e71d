package com.promptmanage.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** What a run of a Streams application leaves behind: topics whose name starts with its own, and a state directory. */
public final class Leftovers {

    private Leftovers() {}

    /**
     * How many records lie on the run's own topics, with the marks of its transactions; removes them and the directory.
     */
    public static long countAndRemove(String bootstrapServers, String run, Path state)
            throws InterruptedException, ExecutionException, IOException {
        long records = 0;
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            List<String> topics = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(run + "-"))
                    .toList();
            var asked = new HashMap<TopicPartition, OffsetSpec>();
            admin.describeTopics(topics)
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(partition ->
                                    asked.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest())));
            for (var end : admin.listOffsets(asked).all().get().values()) {
                records += end.offset();
            }
            admin.deleteTopics(topics).all().get();
        }
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        return records;
    }
}
