package com.promptmanage.streams;

import com.promptmanage.streams.commit.RocksDbForMisses;
import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** What each of our applications tells Kafka Streams. */
final class ApplicationSettings {

    /**
     * After which the broker ends the transaction of a process that stands still, at least. Nobody reads past an open one, so
     * not too long; but reading back state after a partition has moved may take longer than the ten seconds that Streams allows.
     */
    private static final Duration TRANSACTION_MIN = Duration.ofSeconds(10);

    private ApplicationSettings() {}

    /**
     * To which an application adds what it alone needs.
     *
     * @param deletionsKept how long changelogs tell of a deleted row at least
     */
    static Properties of(
            StreamsSettings settings, String applicationId, Duration commitInterval, Duration deletionsKept) {
        var config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbyReplicas());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicationFactor());
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbForMisses.class);
        config.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, ArrivalTime.class);
        // Older state may hold rows whose deletion the changelog no longer has: it is restored from the beginning.
        config.put(
                StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG,
                deletionsKept.minusHours(1).toMillis());
        if (settings.host() != null) {
            config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settings.host() + ":" + settings.port());
        }
        Duration session = settings.sessionTimeout();
        config.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                Math.toIntExact(session.toMillis()));
        config.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                Math.toIntExact(session.dividedBy(4).toMillis()));
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A rejected record is as large as it came, with its reason.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.REJECTED_BYTES_MAX);
        config.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(larger(session.multipliedBy(6), TRANSACTION_MIN).toMillis()));
        return config;
    }

    static Duration larger(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
