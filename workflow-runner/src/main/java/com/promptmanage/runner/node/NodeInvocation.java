package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of one node, for one record or item where it runs for each.
 *
 * @param attempt from 1
 * @param idempotencyKey the same for each attempt of the same node, scope and item, and for no other; sent along where the
 *     other side can make use of it
 */
public record NodeInvocation(Run run, Node node, Context context, int attempt, String idempotencyKey) {

    public NodeInvocation {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempts are counted from 1, got " + attempt);
        }
    }

    /**
     * Which run this is a part of.
     *
     * @param account that pays, and whose data sources and secrets may be used
     * @param userId on whose behalf
     */
    public record Run(Account account, String userId, String workflowId, String executionId) {}

    /**
     * What the node's templates and expressions may refer to. JSON values are not to be changed by who reads them.
     *
     * @param input the output of the node before; of several, an object {@code input_0, input_1 …} in the order of the edges
     * @param outputs by node, of all nodes that ran before in this scope or around it
     * @param variables the data that the run was triggered with
     * @param record the record that this is about, behind a data source; null where there is none
     * @param items of the loops around, by the name of each loop's item variable
     * @param index of the record or of the innermost item, from 0; 0 where there is none
     * @param now when this attempt began: one time for all of the node's fields
     */
    public record Context(
            JsonNode input,
            Map<NodeId, JsonNode> outputs,
            Map<String, JsonNode> variables,
            @Nullable JsonNode record,
            Map<String, JsonNode> items,
            int index,
            Instant now) {

        public Context {
            outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
            variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
            items = Collections.unmodifiableMap(new LinkedHashMap<>(items));
        }
    }
}
