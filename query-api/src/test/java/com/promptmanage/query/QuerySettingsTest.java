package com.promptmanage.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.streams.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuerySettingsTest {

    private static final Map<String, String> LEAST = Map.of("PM_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092");

    private record Read(QuerySettings query, StreamsSettings metering) {}

    @Test
    void fallsBackOnDefaults() {
        Read read = read(LEAST);

        assertThat(read.query()).isEqualTo(QuerySettings.DEFAULTS);
        assertThat(read.metering()).isEqualTo(StreamsSettings.defaults("kafka:9092", Path.of("metering-state")));
    }

    @Test
    void aProcessThatOthersReachKeepsACopyOfTheirState() {
        var environment = new HashMap<>(LEAST);
        environment.put("PM_ADVERTISED_HOST", "query-1");

        StreamsSettings metering = read(environment).metering();

        assertThat(metering.host()).isEqualTo("query-1");
        assertThat(metering.port()).isEqualTo(8080);
        assertThat(metering.standbyReplicas()).isEqualTo(1);
    }

    @Test
    void readsEverySetting() {
        var environment = new HashMap<>(LEAST);
        environment.put("PM_QUERY_RECEIPT_WAIT", "PT5S");
        environment.put("PM_QUERY_FORWARD_TIMEOUT", "PT7S");
        environment.put("PM_METERING_STATE_DIRECTORY", "/data/state");
        environment.put("PM_METERING_APPLICATION_ID", "metering-b");
        environment.put("PM_METERING_COMMIT_INTERVAL", "PT1S");
        environment.put("PM_METERING_THREADS", "4");
        environment.put("PM_METERING_STANDBY_REPLICAS", "2");
        environment.put("PM_METERING_CHANGELOG_REPLICAS", "3");
        environment.put("PM_ADVERTISED_HOST", "query-1");
        environment.put("PM_ADVERTISED_PORT", "18080");
        environment.put("PM_METERING_HOT_ROWS", "5000");
        environment.put("PM_METERING_RECENT_IDS", "2048");
        environment.put("PM_DEDUPLICATION_WINDOW", "P30D");
        environment.put("PM_METERING_SESSION_TIMEOUT", "PT20S");
        environment.put("PM_METERING_WRITES_RATED", "false");
        environment.put("PM_RETENTION", "P800D");

        assertThat(read(environment))
                .isEqualTo(new Read(
                        new QuerySettings(Duration.ofSeconds(5), Duration.ofSeconds(7)),
                        new StreamsSettings(
                                "metering-b",
                                "kafka:9092",
                                Path.of("/data/state"),
                                Duration.ofSeconds(1),
                                4,
                                2,
                                3,
                                "query-1",
                                18080,
                                5_000,
                                2_048,
                                Duration.ofDays(30),
                                Duration.ofSeconds(20),
                                false,
                                Duration.ofDays(800))));
    }

    @Test
    void tellsEverythingWrongAtOnce() {
        assertThatThrownBy(() -> read(Map.of(
                        "PM_QUERY_RECEIPT_WAIT", "soon",
                        "PM_METERING_THREADS", "0",
                        "PM_ADVERTISED_PORT", "99999",
                        "PM_METERING_THREDS", "2")))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll(
                        "5 problem(s)",
                        "PM_QUERY_RECEIPT_WAIT",
                        "PM_METERING_THREADS",
                        "PM_ADVERTISED_PORT",
                        "PM_KAFKA_BOOTSTRAP_SERVERS: missing",
                        "PM_METERING_THREDS: not a setting");
    }

    private static Read read(Map<String, String> environment) {
        var settings = new Settings(Settings.PREFIX, environment);
        var read = new Read(QuerySettings.from(settings), QuerySettings.metering(settings, 8080));
        settings.check();
        return read;
    }
}
