package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some records.
 *
 * @param records in the source's order; an object each, with its id as {@code id} where the source has ids
 * @param nextCursor null if these were the last
 * @param isQueried whether the source itself saw to the query's {@code where} and {@code orderBy}
 * @param bytes that came for it
 */
public record Page(List<JsonNode> records, @Nullable String nextCursor, boolean isQueried, long bytes) {

    public static final int RECORDS_DEFAULT = 100;

    public static final int RECORDS_MAX = 1_000;

    public Page {
        records = List.copyOf(records);
    }
}
