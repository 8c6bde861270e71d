package com.promptmanage.ingest.admission;

import org.jspecify.annotations.Nullable;

/**
 * Whom an event names.
 *
 * @param subject of the envelope: an account ({@code team:<id>}, {@code user:<id>}), or the end user in the producer's words
 */
public record Named(
        @Nullable String teamId,
        @Nullable String userId,
        @Nullable String subject) {}
