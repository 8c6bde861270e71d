package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.NodeConfig.Query;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which records are wanted.
 *
 * @param query rendered. A connector that cannot ask for it in its own way gives all, and says so on the page
 * @param cursor of the page before; null for the first
 * @param pageSize from 1 to {@value Page#RECORDS_MAX}
 * @param since only what has changed at this time or later; for those that can
 */
public record ReadRequest(Query query, @Nullable String cursor, int pageSize, Optional<Since> since) {

    /** @param field in which a record tells when it changed */
    public record Since(String field, Instant time) {}

    public static ReadRequest all(Query query) {
        return new ReadRequest(query, null, Page.RECORDS_DEFAULT, Optional.empty());
    }

    ReadRequest at(@Nullable String other) {
        return new ReadRequest(query, other, pageSize, since);
    }

    /** A text among the query's options. */
    Optional<String> option(String name) {
        JsonNode option = query.options().get(name);
        return option == null || option.isNull() ? Optional.empty() : Optional.of(option.asText());
    }
}
