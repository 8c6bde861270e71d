package com.promptmanage.streams;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the metering is run.
 *
 * @param applicationId of the Streams application: the same in all processes that share the work
 * @param stateDirectory where the stores lie; its own for each process
 * @param commitInterval how long spend and alerts wait to be committed; what an alert takes is about this
 * @param standbyReplicas copies of each partition's state kept warm in other processes
 * @param replicationFactor of the changelog topics; −1 for the broker's default
 * @param host under which other processes reach this one's queries, or null if none may
 * @param hotRowsMax rows of a partition that may stay on the heap, of about 200 bytes each
 * @param recentIdsMax event ids of a partition that are remembered on the heap; the rest are on disk
 * @param deduplicationWindow for how long an event's repeat is known as one
 * @param sessionTimeout after which a process that died is replaced
 * @param writesRated whether unique events are written to {@code usage.rated}; without it there is no history
 * @param retention for how long an event is waited for, and an event waits for its price
 */
public record StreamsSettings(
        String applicationId,
        String bootstrapServers,
        Path stateDirectory,
        Duration commitInterval,
        int threads,
        int standbyReplicas,
        int replicationFactor,
        @Nullable String host,
        int port,
        int hotRowsMax,
        int recentIdsMax,
        Duration deduplicationWindow,
        Duration sessionTimeout,
        boolean writesRated,
        Duration retention) {

    /** What may be asked for, and how late an event may come. Rows are kept for a year and a month longer. */
    public static final Duration RETENTION_MIN = Duration.ofDays(400);

    /** With this broker, and the stores in this directory. */
    public StreamsSettings at(String otherBootstrapServers, Path otherStateDirectory) {
        return new StreamsSettings(
                applicationId,
                otherBootstrapServers,
                otherStateDirectory,
                commitInterval,
                threads,
                standbyReplicas,
                replicationFactor,
                host,
                port,
                hotRowsMax,
                recentIdsMax,
                deduplicationWindow,
                sessionTimeout,
                writesRated,
                retention);
    }

    /** What is right for one process and a few hundred accounts. */
    public static StreamsSettings defaults(String bootstrapServers, Path stateDirectory) {
        return new StreamsSettings(
                "prompt-manage-metering",
                bootstrapServers,
                stateDirectory,
                Duration.ofMillis(100),
                1,
                0,
                -1,
                null,
                0,
                200_000,
                1 << 22,
                Duration.ofDays(7),
                Duration.ofSeconds(10),
                true,
                RETENTION_MIN);
    }
}
