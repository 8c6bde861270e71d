package com.promptmanage.topics;

import com.promptmanage.topics.Topic.Spread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics that are missing, and refuses to run on topics whose partitions do not line up. */
public final class TopicProvisioner {

    private static final Duration LEADERS_DEADLINE = Duration.ofMinutes(1);

    private static final Duration LEADERS_PAUSE = Duration.ofMillis(50);

    private final Admin admin;

    private final int accountPartitions;

    private final short replicationFactor;

    public TopicProvisioner(Admin admin, int accountPartitions, short replicationFactor) {
        this.admin = admin;
        this.accountPartitions = accountPartitions;
        this.replicationFactor = replicationFactor;
    }

    /**
     * Creates what is missing. Safe to call from several processes at once.
     *
     * @return how many partitions the accounts are spread over: what the topics have, if they were there before
     * @throws IllegalStateException if topics that must have equally many partitions do not
     */
    public int provision(List<Topic> topics) throws InterruptedException {
        try {
            Set<String> present = admin.listTopics().names().get();
            int partitions = partitionsOf(topics.stream()
                    .filter(topic -> topic.spread() == Spread.WITH_ACCOUNTS && present.contains(topic.name()))
                    .map(Topic::name)
                    .toList());
            var missing = new ArrayList<NewTopic>();
            for (Topic topic : topics) {
                if (!present.contains(topic.name())) {
                    int count = topic.spread() == Spread.SINGLE ? 1 : partitions;
                    missing.add(new NewTopic(topic.name(), count, replicationFactor).configs(topic.config()));
                }
            }
            for (var created : admin.createTopics(missing).values().values()) {
                awaitCreation(created);
            }
            awaitLeaders(missing, partitions);
            return partitions;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot create the topics: " + e.getCause(), e.getCause());
        }
    }

    /**
     * Waits until the leader of each partition answers. To a new partition whose leader is not there yet, an idempotent
     * producer's second batch may get through before the first is tried again: the broker takes the second for the
     * beginning, and refuses the first for ever.
     */
    private void awaitLeaders(List<NewTopic> created, int partitions) throws ExecutionException, InterruptedException {
        var latest = new HashMap<TopicPartition, OffsetSpec>();
        for (NewTopic topic : created) {
            int count = topic.numPartitions() > 0 ? topic.numPartitions() : partitions;
            for (int partition = 0; partition < count; partition++) {
                latest.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        long deadline = System.nanoTime() + LEADERS_DEADLINE.toNanos();
        while (!latest.isEmpty()) {
            try {
                var unused = admin.listOffsets(latest).all().get();
                return;
            } catch (ExecutionException e) {
                // The broker that is asked may not have heard yet what the controller has just created.
                if (!(e.getCause() instanceof RetriableException) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            Thread.sleep(LEADERS_PAUSE);
        }
    }

    private int partitionsOf(List<String> names) throws ExecutionException, InterruptedException {
        Map<String, TopicDescription> described =
                admin.describeTopics(names).allTopicNames().get();
        List<Integer> counts = described.values().stream()
                .map(topic -> topic.partitions().size())
                .distinct()
                .toList();
        if (counts.size() > 1) {
            throw new IllegalStateException(
                    "topics %s must have the same number of partitions, but have %s: recreate those that differ"
                            .formatted(names, counts));
        }
        return counts.isEmpty() ? accountPartitions : counts.getFirst();
    }

    private static void awaitCreation(org.apache.kafka.common.KafkaFuture<Void> created)
            throws ExecutionException, InterruptedException {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
