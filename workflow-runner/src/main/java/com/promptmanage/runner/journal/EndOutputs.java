package com.promptmanage.runner.journal;

import com.promptmanage.service.database.Database;
import java.util.HashMap;
import java.util.Map;

/** What executions that are over have come to. Safe for use by several threads. */
public final class EndOutputs {

    private final Database database;

    public EndOutputs(Database database) {
        this.database = database;
    }

    /**
     * What the nodes outside of loops and fan-outs have put out, as JSON by their ids: of those that the expression can mean. To
     * mean one, it spells the node's id, or finds it among all {@code nodes}.
     */
    public Map<String, String> of(String executionId, String expression) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT r.node_id, coalesce(r.output, p.content) AS json
                        FROM node_runs r LEFT JOIN payloads p ON p.id = r.payload_id
                        WHERE r.execution_id = :execution AND r.scope = ''
                          AND coalesce(r.output, p.content) IS NOT NULL
                          AND (strpos(:expression, r.node_id) > 0 OR strpos(:expression, 'nodes') > 0)
                        """)
                .bind("execution", executionId)
                .bind("expression", expression)
                .reduceResultSet(new HashMap<>(), (outputs, row, ctx) -> {
                    outputs.put(row.getString("node_id"), row.getString("json"));
                    return outputs;
                }));
    }
}
