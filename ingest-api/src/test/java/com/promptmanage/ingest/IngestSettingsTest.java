package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.otlp.OtlpSettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestSettingsTest {

    @Test
    void onlyTheBrokerMustBeTold() {
        assertThat(read(Map.of("PM_KAFKA_BOOTSTRAP_SERVERS", "broker:9092")))
                .isEqualTo(IngestSettings.of("broker:9092"));
    }

    @Test
    void everythingCanBeSet() {
        assertThat(read(both(
                        Map.of(
                                "PM_KAFKA_BOOTSTRAP_SERVERS", "broker:9092",
                                "PM_INGEST_BUFFER", "8MiB",
                                "PM_INGEST_ANSWER_TIMEOUT", "PT8S",
                                "PM_INGEST_EVENTS_PER_SECOND", "7",
                                "PM_INGEST_REQUESTS_PER_SECOND", "5",
                                "PM_INGEST_REQUESTS_BURST", "6",
                                "PM_INGEST_EVENTS_BURST", "9",
                                "PM_INGEST_BODY_MAX", "1MiB",
                                "PM_INGEST_MEMORY", "32MiB"),
                        Map.of(
                                "PM_INGEST_OTLP_BODY_MAX",
                                "2MiB",
                                "PM_INGEST_ATTRIBUTES",
                                "team=app.squad, tag.cost=app.cost"))))
                .isEqualTo(new IngestSettings(
                        new PublishSettings("broker:9092", 8 << 20, Duration.ofSeconds(8)),
                        new AdmissionSettings(new Rate(5, 6), new Rate(7, 9), 1 << 20, 32 << 20),
                        new OtlpSettings(
                                2 << 20, AttributeMapping.parse(List.of("tag.cost=app.cost", "team=app.squad")))));
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() -> read(Map.of(
                        "PM_INGEST_EVENTS_PER_SECOND", "0",
                        "PM_INGEST_BODY_MAX", "64MiB",
                        "PM_INGEST_MEMORY", "2MiB",
                        "PM_INGEST_ATTRIBUTES", "teams=app.squad",
                        "PM_INGEST_BUFFERS", "8MiB")))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContaining("PM_KAFKA_BOOTSTRAP_SERVERS: missing")
                .hasMessageContaining("PM_INGEST_EVENTS_PER_SECOND")
                .hasMessageContaining("PM_INGEST_MEMORY must be at least 3 times PM_INGEST_BODY_MAX")
                .hasMessageContaining("PM_INGEST_ATTRIBUTES has 'teams=app.squad', which is not team")
                .hasMessageContaining("PM_INGEST_BUFFERS: not a setting");
    }

    private static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
        var both = new HashMap<>(one);
        both.putAll(other);
        return both;
    }

    private static IngestSettings read(Map<String, String> environment) {
        var settings = new Settings(Settings.PREFIX, environment);
        IngestSettings read = IngestSettings.from(settings);
        settings.check();
        return read;
    }
}
