package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.source.DataSource.Mode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One time that a source's records were copied. */
record Sync(
        String id,
        String dataSourceId,
        Mode mode,
        Status status,
        @Nullable String triggeredBy,
        Instant startedAt,
        @Nullable Instant completedAt,
        Counts counts,
        @Nullable String errorMessage,
        @Nullable JsonNode errorDetails) {

    enum Status {
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param failed records that could not be kept */
    record Counts(int fetched, int processed, int failed, long bytes) {

        static final Counts NONE = new Counts(0, 0, 0, 0);

        Counts plus(int moreFetched, int moreProcessed, int moreFailed, long moreBytes) {
            return new Counts(
                    Math.addExact(fetched, moreFetched),
                    Math.addExact(processed, moreProcessed),
                    Math.addExact(failed, moreFailed),
                    Math.addExact(bytes, moreBytes));
        }
    }
}
