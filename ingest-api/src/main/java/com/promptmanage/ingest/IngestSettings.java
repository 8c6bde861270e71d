package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.settings.Settings;
import java.time.Duration;

/** What an operator sets for ingest. */
public record IngestSettings(PublishSettings publish, AdmissionSettings admission) {

    /** With defaults. */
    public static IngestSettings of(String bootstrapServers) {
        return new IngestSettings(PublishSettings.of(bootstrapServers), AdmissionSettings.DEFAULT);
    }

    public static IngestSettings from(Settings settings) {
        AdmissionSettings usual = AdmissionSettings.DEFAULT;
        var publish = new PublishSettings(
                settings.text("KAFKA_BOOTSTRAP_SERVERS"),
                settings.sizeBytes("INGEST_BUFFER", PublishSettings.BUFFER_BYTES, 1L << 20, 4L << 30),
                settings.duration(
                        "INGEST_ANSWER_TIMEOUT",
                        PublishSettings.ANSWER_MAX,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1)));
        int eventsPerSecond = settings.integer("INGEST_EVENTS_PER_SECOND", usual.eventsPerSecond(), 1, 10_000_000);
        var admission = new AdmissionSettings(
                eventsPerSecond,
                settings.integer("INGEST_EVENTS_BURST", usual.eventsBurst(), 1, 100_000_000),
                settings.sizeBytes("INGEST_BODY_MAX", usual.bodyBytesMax(), 1L << 10, 256L << 20),
                settings.sizeBytes("INGEST_MEMORY", usual.memoryBytes(), 1L << 20, 64L << 30));
        settings.require(
                admission.memoryBytes() >= admission.bodyBytesMax(),
                "PM_INGEST_MEMORY must be at least PM_INGEST_BODY_MAX: one whole request must fit");
        return new IngestSettings(publish, admission);
    }
}
