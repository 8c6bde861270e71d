package com.promptmanage.streams;

import com.promptmanage.streams.commit.Commits;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kafka Streams application in this process. A thread of it that fails is told of and replaced. */
final class RunningApplication implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunningApplication.class);

    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(20);

    private final String name;

    private final Properties settings;

    private final KafkaStreams streams;

    private @Nullable AbandonedTransactions abandoned;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private final AtomicLong stateChanges = new AtomicLong();

    /**
     * @param name for people
     * @param restored counts the records of changelogs that are read to bring back state
     */
    RunningApplication(String name, Topology topology, Properties settings, Commits commits, LongAdder restored) {
        this.name = name;
        this.settings = settings;
        streams = new KafkaStreams(topology, settings, new CommitTellingClients(commits));
        // The thread that is to give away a partition tells it before, and waits; what a thread loses without a word,
        // it closes.
        streams.setStateListener((now, before) -> stateChanges.incrementAndGet());
        streams.setUncaughtExceptionHandler(this::onThreadFailure);
        streams.setGlobalStateRestoreListener(new RestoreLog(restored));
    }

    void start() {
        abandoned = AbandonedTransactions.watch(
                setting(StreamsConfig.APPLICATION_ID_CONFIG),
                Admin.create(Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, setting(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG))),
                streams);
        streams.start();
    }

    private String setting(String name) {
        return Objects.requireNonNull(settings.getProperty(name), name);
    }

    KafkaStreams streams() {
        return streams;
    }

    /** Whether every partition of this process can be asked. */
    boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** How often the state has changed since the start: no partition is given away without a change. */
    long stateChanges() {
        return stateChanges.get();
    }

    /** Why a thread last ended, if one did. */
    @Nullable
    Throwable lastFailure() {
        return failure.get();
    }

    /** Leaves the group, so that another process, or the next life of this one, need not wait for a session to end. */
    @Override
    public void close() {
        if (abandoned != null) {
            abandoned.close();
        }
        streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(CLOSES_WITHIN));
    }

    private StreamThreadExceptionResponse onThreadFailure(Throwable cause) {
        failure.set(cause);
        LOGGER.atError().addKeyValue("application", name).setCause(cause).log("a stream thread failed and is replaced");
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
