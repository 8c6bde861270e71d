package com.promptmanage.query.alert;

import static java.util.Objects.requireNonNull;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Alerts as they are raised, to every reader of this process. One consumer follows the end of all of {@code budget.alerts};
 * what a reader has missed while it was away it reads itself ({@link AlertReplay}), up to where the feed took over.
 *
 * <p>Threads: one of its own follows the topic and hands out; {@link #subscribe} may be called by any.
 */
public final class AlertFeed implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(AlertFeed.class);

    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    private final String topic;

    private final Map<String, Object> consumerSettings;

    private final ToIntFunction<Account> partitionOf;

    private final Thread thread;

    private final CountDownLatch closed = new CountDownLatch(1);

    /** Guards what follows: a reader must not come between an alert and the position after it. */
    private final Object handingOut = new Object();

    private final Set<Subscription> subscriptions = new HashSet<>();

    /** Where the feed has got to; null until it has found the topic's end. */
    private @Nullable FeedPosition position;

    private AlertFeed(
            String topic, Map<String, Object> kafkaSettings, ToIntFunction<Account> partitionOf, MeterRegistry meters) {
        this.topic = topic;
        this.consumerSettings = new HashMap<>(Map.of(
                // A record is wanted the moment it is there; with none, a fetch waits a little at the broker.
                "fetch.min.bytes", 1,
                "fetch.max.wait.ms", 100,
                "request.timeout.ms", 8_000,
                "default.api.timeout.ms", 10_000));
        consumerSettings.putAll(kafkaSettings);
        consumerSettings.put("isolation.level", "read_committed");
        consumerSettings.put("enable.auto.commit", false);
        consumerSettings.put("auto.offset.reset", "none");
        this.partitionOf = partitionOf;
        Gauge.builder("alerts.readers", this, AlertFeed::readers)
                .description("Streams of alerts that someone reads")
                .register(meters);
        this.thread = Thread.ofPlatform().name("alert-feed").daemon().unstarted(this::run);
    }

    /**
     * Begins to follow the topic.
     *
     * @param kafkaSettings of consumers, {@code bootstrap.servers} at least
     * @param partitionOf the partition that holds an account
     */
    public static AlertFeed start(
            Map<String, Object> kafkaSettings, ToIntFunction<Account> partitionOf, MeterRegistry meters) {
        return start(Topics.BUDGET_ALERTS.name(), kafkaSettings, partitionOf, meters);
    }

    static AlertFeed start(
            String topic, Map<String, Object> kafkaSettings, ToIntFunction<Account> partitionOf, MeterRegistry meters) {
        var feed = new AlertFeed(topic, kafkaSettings, partitionOf, meters);
        feed.thread.start();
        return feed;
    }

    /**
     * From now on. The caller closes it.
     *
     * @throws ProblemException 503 if the feed has not found the topic yet, or is closed
     */
    Subscription subscribe(Watch watch) {
        Set<Integer> partitions =
                watch.accounts().stream().map(partitionOf::applyAsInt).collect(Collectors.toSet());
        synchronized (handingOut) {
            if (position == null || isClosed()) {
                throw ProblemException.unavailable("Alerts cannot be followed just now.", Duration.ofSeconds(1));
            }
            var next = new HashMap<>(position.next());
            next.keySet().retainAll(partitions);
            var subscription = new Subscription(watch, new FeedPosition(position.topicId(), next), this::unsubscribe);
            subscriptions.add(subscription);
            return subscription;
        }
    }

    /** Reads what was raised before a subscription began. The caller closes it. */
    AlertReplay replay(FeedPosition from, FeedPosition to) {
        return new AlertReplay(topic, consumerSettings, from, to);
    }

    /** Whether readers are being served; false while Kafka was not found. */
    public boolean isFollowing() {
        synchronized (handingOut) {
            return position != null;
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends every stream. To be called before the server is closed, which waits for its requests to end. */
    @Override
    public void close() {
        closed.countDown();
        endAll();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int readers() {
        synchronized (handingOut) {
            return subscriptions.size();
        }
    }

    private void unsubscribe(Subscription subscription) {
        synchronized (handingOut) {
            subscriptions.remove(subscription);
        }
    }

    private void endAll() {
        synchronized (handingOut) {
            subscriptions.forEach(Subscription::end);
            subscriptions.clear();
        }
    }

    private void run() {
        while (!isClosed()) {
            try {
                follow();
            } catch (OffsetOutOfRangeException e) {
                loseTrack("where the feed stood is gone");
            } catch (ExecutionException | RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("alerts are not followed for now");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            pause();
        }
    }

    /** Until something fails; then on from the same place. */
    private void follow() throws ExecutionException, InterruptedException {
        TopicDescription description = describe();
        var topicId = new UUID(
                description.topicId().getMostSignificantBits(),
                description.topicId().getLeastSignificantBits());
        List<TopicPartition> partitions = description.partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        try (var consumer =
                new KafkaConsumer<>(consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            takeUp(consumer, partitions, topicId);
            while (!isClosed()) {
                var records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    handOut(records, consumer, partitions, topicId);
                }
            }
        }
    }

    /** Goes on where an earlier life stopped, or begins at the end. */
    private void takeUp(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, UUID topicId) {
        FeedPosition stopped;
        synchronized (handingOut) {
            stopped = position;
        }
        if (stopped != null
                && stopped.topicId().equals(topicId)
                && stopped.next().size() == partitions.size()) {
            partitions.forEach(partition ->
                    consumer.seek(partition, requireNonNull(stopped.next().get(partition.partition()))));
            return;
        }
        if (stopped != null) {
            loseTrack("the topic is another one");
        }
        consumer.seekToEnd(partitions);
        FeedPosition end = positionOf(consumer, partitions, topicId);
        synchronized (handingOut) {
            position = end;
        }
    }

    private void handOut(
            Iterable<ConsumerRecord<byte[], byte[]>> records,
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            UUID topicId) {
        FeedPosition after = positionOf(consumer, partitions, topicId);
        synchronized (handingOut) {
            for (var record : records) {
                @Nullable FeedItem item = AlertReplay.item(record);
                if (item != null) {
                    subscriptions.forEach(subscription -> subscription.offer(item));
                }
            }
            position = after;
        }
    }

    /** Readers come back, each with its own position. */
    private void loseTrack(String why) {
        LOGGER.atWarn().addKeyValue("cause", why).log("alerts are followed from their end again");
        synchronized (handingOut) {
            position = null;
        }
        endAll();
    }

    private static FeedPosition positionOf(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, UUID topicId) {
        var next = new HashMap<Integer, Long>();
        partitions.forEach(partition -> next.put(partition.partition(), consumer.position(partition)));
        return new FeedPosition(topicId, next);
    }

    private TopicDescription describe() throws ExecutionException, InterruptedException {
        var settings = new HashMap<>(consumerSettings);
        settings.keySet().retainAll(AdminClientConfig.configNames());
        try (Admin admin = Admin.create(settings)) {
            return requireNonNull(
                    admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic));
        }
    }

    private void pause() {
        try {
            if (closed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atDebug().log("the feed is closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
