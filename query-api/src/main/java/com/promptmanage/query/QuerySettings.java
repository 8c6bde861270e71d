package com.promptmanage.query;

import com.promptmanage.service.settings.Settings;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.intake.EventIdSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator sets for answering queries.
 *
 * @param receiptWaitMax how long a query that carries a receipt waits for the state to include it
 * @param forwardTimeout how long another process may take to answer a forwarded query
 */
public record QuerySettings(Duration receiptWaitMax, Duration forwardTimeout) {

    public static final QuerySettings DEFAULTS = new QuerySettings(Duration.ofSeconds(2), Duration.ofSeconds(10));

    private static final Duration RETENTION_MAX = Duration.ofDays(36_500);

    public static QuerySettings from(Settings settings) {
        return new QuerySettings(
                settings.duration(
                        "QUERY_RECEIPT_WAIT", DEFAULTS.receiptWaitMax(), Duration.ZERO, Duration.ofSeconds(30)),
                settings.duration(
                        "QUERY_FORWARD_TIMEOUT",
                        DEFAULTS.forwardTimeout(),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(2)));
    }

    /**
     * How the metering runs in this process. Several processes share the work, and keep a warm copy of each other's state,
     * once each says under which address the others reach it.
     *
     * @param port where this process serves HTTP
     */
    static StreamsSettings metering(Settings settings, int port) {
        StreamsSettings usual = StreamsSettings.defaults(
                settings.text("KAFKA_BOOTSTRAP_SERVERS"),
                Path.of(settings.text("METERING_STATE_DIRECTORY", "metering-state")));
        Optional<String> host = settings.optionalText("ADVERTISED_HOST");
        int advertisedPort = settings.port("ADVERTISED_PORT", port);
        return new StreamsSettings(
                settings.text("METERING_APPLICATION_ID", usual.applicationId()),
                usual.bootstrapServers(),
                usual.stateDirectory(),
                settings.duration(
                        "METERING_COMMIT_INTERVAL",
                        usual.commitInterval(),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1)),
                settings.integer("METERING_THREADS", usual.threads(), 1, 256),
                settings.integer("METERING_STANDBY_REPLICAS", host.isPresent() ? 1 : 0, 0, 8),
                settings.integer("METERING_CHANGELOG_REPLICAS", usual.replicationFactor(), -1, 100),
                host.orElse(null),
                host.isPresent() ? advertisedPort : usual.port(),
                settings.integer("METERING_HOT_ROWS", usual.hotRowsMax(), 1_000, 100_000_000),
                settings.integer("METERING_RECENT_IDS", usual.recentIdsMax(), 1_024, EventIdSettings.RECENT_IDS_LIMIT),
                settings.duration(
                        "DEDUPLICATION_WINDOW",
                        usual.deduplicationWindow(),
                        EventIdSettings.WINDOW_MIN,
                        Duration.ofDays(400)),
                settings.duration(
                        "METERING_SESSION_TIMEOUT",
                        usual.sessionTimeout(),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(30)),
                settings.flag("METERING_WRITES_RATED", usual.writesRated()),
                settings.duration("RETENTION", usual.retention(), StreamsSettings.RETENTION_MIN, RETENTION_MAX));
    }
}
