package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.otlp.OtlpSettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** What an operator sets for ingest. */
public record IngestSettings(PublishSettings publish, AdmissionSettings admission, OtlpSettings otlp) {

    private static final Pattern ADDRESSES = Pattern.compile("\\s*[^,\\s]+:\\d{1,5}\\s*(,\\s*[^,\\s]+:\\d{1,5}\\s*)*");

    /** With OTLP's defaults. */
    IngestSettings(PublishSettings publish, AdmissionSettings admission) {
        this(publish, admission, OtlpSettings.DEFAULT);
    }

    /** With defaults. */
    public static IngestSettings of(String bootstrapServers) {
        return new IngestSettings(PublishSettings.of(bootstrapServers), AdmissionSettings.DEFAULT);
    }

    /** With this broker. */
    public IngestSettings at(String bootstrapServers) {
        return new IngestSettings(
                new PublishSettings(bootstrapServers, publish.bufferBytes(), publish.answerMax()), admission, otlp);
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
        var requests = new Rate(
                settings.integer("INGEST_REQUESTS_PER_SECOND", usual.requests().perSecond(), 1, 10_000_000),
                settings.integer("INGEST_REQUESTS_BURST", usual.requests().burst(), 1, 100_000_000));
        var events = new Rate(
                settings.integer("INGEST_EVENTS_PER_SECOND", usual.events().perSecond(), 1, 10_000_000),
                settings.integer("INGEST_EVENTS_BURST", usual.events().burst(), 1, 100_000_000));
        var admission = new AdmissionSettings(
                requests,
                events,
                settings.sizeBytes("INGEST_BODY_MAX", usual.bodyBytesMax(), 1L << 10, 256L << 20),
                settings.sizeBytes("INGEST_MEMORY", usual.memoryBytes(), 1L << 20, 64L << 30));
        settings.require(
                admission.memoryBytes() >= AdmissionSettings.MEMORY_PER_BODY * admission.bodyBytesMax(),
                "PM_INGEST_MEMORY must be at least %d times PM_INGEST_BODY_MAX: one whole request must fit"
                        .formatted(AdmissionSettings.MEMORY_PER_BODY));
        long otlpUsual = Math.min(
                OtlpSettings.DEFAULT.bodyBytesMax(), admission.memoryBytes() / AdmissionSettings.MEMORY_PER_BODY);
        var otlp = new OtlpSettings(
                settings.sizeBytes("INGEST_OTLP_BODY_MAX", otlpUsual, 1L << 10, 256L << 20), attributes(settings));
        settings.require(
                admission.memoryBytes() >= AdmissionSettings.MEMORY_PER_BODY * otlp.bodyBytesMax(),
                "PM_INGEST_MEMORY must be at least %d times PM_INGEST_OTLP_BODY_MAX: one whole request must fit"
                        .formatted(AdmissionSettings.MEMORY_PER_BODY));
        // A name that cannot be resolved may be there later; what is no address never will be.
        settings.require(
                publish.bootstrapServers().isEmpty()
                        || ADDRESSES.matcher(publish.bootstrapServers()).matches(),
                "PM_KAFKA_BOOTSTRAP_SERVERS must be host:port, or several with commas between them");
        return new IngestSettings(publish, admission, otlp);
    }

    private static AttributeMapping attributes(Settings settings) {
        try {
            return AttributeMapping.parse(settings.list("INGEST_ATTRIBUTES", List.of()));
        } catch (IllegalArgumentException e) {
            settings.require(false, "PM_INGEST_ATTRIBUTES " + e.getMessage());
            return OtlpSettings.DEFAULT.attributes();
        }
    }
}
