package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What was written.
 *
 * @param count of records
 * @param ids where the place gives ids
 * @param answer what the place said, for the nodes behind; may be missing
 */
public record Written(int count, List<String> ids, JsonNode answer) {

    public Written {
        ids = List.copyOf(ids);
    }
}
