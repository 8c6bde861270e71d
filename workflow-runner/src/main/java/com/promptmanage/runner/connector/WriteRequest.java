package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be written.
 *
 * @param resource sheet, table or the like; empty where the place has only one
 * @param recordId of the record to update, if it is known by its id
 * @param matching by which fields records are found to update or upsert
 * @param record the fields to write; those that are not in it stay as they are
 * @param options whatever else the connector understands
 * @param idempotencyKey the same for each attempt of the same write
 */
public record WriteRequest(
        Operation operation,
        Optional<String> resource,
        Optional<String> recordId,
        Map<String, JsonNode> matching,
        ObjectNode record,
        Map<String, JsonNode> options,
        String idempotencyKey) {

    public WriteRequest {
        matching = Collections.unmodifiableMap(new LinkedHashMap<>(matching));
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** A text among the options. */
    Optional<String> option(String name) {
        JsonNode option = options.get(name);
        return option == null || option.isNull() ? Optional.empty() : Optional.of(option.asText());
    }
}
