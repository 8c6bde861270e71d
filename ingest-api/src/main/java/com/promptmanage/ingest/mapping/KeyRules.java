package com.promptmanage.ingest.mapping;

import com.promptmanage.ingest.admission.AttributeMapping;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a key says of what is sent with it.
 *
 * @param metricsSince from when on usage is told by metrics alone; null if metrics repeat what spans and log records tell
 */
public record KeyRules(
        AttributeMapping attributes, @Nullable Instant metricsSince) {

    static final KeyRules NONE = new KeyRules(AttributeMapping.parse(List.of()), null);
}
