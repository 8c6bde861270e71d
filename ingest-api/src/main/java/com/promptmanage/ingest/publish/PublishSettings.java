package com.promptmanage.ingest.publish;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How events reach the broker.
 *
 * @param bufferBytes what waits for the broker at most; senders wait when it is full
 * @param answerMax after this time a request is answered, with what is known by then
 */
public record PublishSettings(String bootstrapServers, long bufferBytes, Duration answerMax) {

    /** What the requests of a publisher are like. */
    public enum Load {

        /** Any number of events at once, which are much alike: compressed they are a part of what they were. */
        BATCHES("ingest-api", "lz4"),

        /**
         * One at a time, for whom nobody else waits. LZ4 takes two blocks of 64 KiB for each batch, however small: for a lone
         * event of less than one KiB that is most of what is allocated for it, here and again in who reads it.
         */
        LONE_EVENTS("ingest-api-gateway", "none");

        private final String clientId;

        private final String compression;

        Load(String clientId, String compression) {
            this.clientId = clientId;
            this.compression = compression;
        }
    }

    /** So that 503 comes within five seconds, with half a second for everything else. */
    public static final Duration ANSWER_MAX = Duration.ofSeconds(4);

    public static final long BUFFER_BYTES = 64L << 20;

    private static final int RECORD_BYTES_MAX = 1 << 20;

    public static PublishSettings of(String bootstrapServers) {
        return new PublishSettings(bootstrapServers, BUFFER_BYTES, ANSWER_MAX);
    }

    /** Time for handing over the events of a request; the rest is for the broker. */
    Duration sendMax() {
        return answerMax.dividedBy(2);
    }

    Map<String, Object> producerConfig(Load load) {
        var config = new HashMap<String, Object>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, load.clientId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, load.compression);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        // Whoever comes while a broker works on the request before goes with the next: batches are as large as the
        // load is, and a lone event waits for nobody. Several requests at once would make them small.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES_MAX);
        // An event is given up before its request is: then it is known, and not guessed, that it is not there.
        config.put(
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                millis(answerMax.multipliedBy(7).dividedBy(8)));
        config.put(
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                millis(answerMax.multipliedBy(3).dividedBy(4)));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long)
                millis(answerMax.multipliedBy(3).dividedBy(8)));
        // Back within a second of the broker.
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500L);
        config.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500L);
        config.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_000L);
        config.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 2_000L);
        return config;
    }

    Map<String, Object> adminConfig(Load load) {
        return Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                load.clientId + "-check",
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                500L);
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
