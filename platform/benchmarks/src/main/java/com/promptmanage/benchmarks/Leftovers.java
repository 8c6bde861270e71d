package com.promptmanage.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * What a run of a Streams application leaves behind: topics whose name starts with its own, and a state directory.
 *
 * @param records on the run's own topics, with the marks of its transactions
 * @param topicBytes of these topics' files, as the broker keeps them: compressed
 * @param stateBytes of the files in the state directory
 */
public record Leftovers(long records, long topicBytes, long stateBytes) {

    /** Counts what a run left, and removes it. */
    public static Leftovers countAndRemove(String bootstrapServers, String run, Path state)
            throws InterruptedException, ExecutionException, IOException {
        long records = 0;
        long topicBytes = 0;
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
            List<Integer> brokers =
                    admin.describeCluster().nodes().get().stream().map(Node::id).toList();
            for (var directories :
                    admin.describeLogDirs(brokers).allDescriptions().get().values()) {
                for (var directory : directories.values()) {
                    for (var replica : directory.replicaInfos().entrySet()) {
                        topicBytes += asked.containsKey(replica.getKey())
                                ? replica.getValue().size()
                                : 0;
                    }
                }
            }
            admin.deleteTopics(topics).all().get();
        }
        long stateBytes = 0;
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                stateBytes += Files.isRegularFile(file) ? Files.size(file) : 0;
                Files.delete(file);
            }
        }
        return new Leftovers(records, topicBytes, stateBytes);
    }

    /** What that is for each of so many events, in words. */
    public String perEvent(int events) {
        return String.format(
                Locale.ROOT,
                "per event %.2f records of its own topics, %d bytes of them, %d bytes of state;",
                records / (double) events,
                topicBytes / events,
                stateBytes / events);
    }
}
