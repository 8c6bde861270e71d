package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What nodes have put out. */
final class Outputs {

    private Outputs() {}

    /**
     * One output of a node that is run several times.
     *
     * @param depth how many scopes it is below the one that was asked for
     */
    record Found(String scope, int depth, JsonNode output) {

        /** Which item of the owner it belongs to. */
        int indexOf(String parent, String owner) {
            int start = parent.isEmpty() ? 0 : parent.length() + 1;
            int open = start + owner.length();
            return Integer.parseInt(scope.substring(open + 1, scope.indexOf(']', open)));
        }

        boolean isDeeper() {
            return depth > 1;
        }
    }

    /** Of the node's completed runs in all scopes within this one, in the order of the items. */
    static List<Found> below(Handle handle, String executionId, String scope, String nodeId) {
        return handle
                .createQuery("""
                        SELECT n.scope, coalesce(n.output, p.content) AS output
                        FROM node_runs n LEFT JOIN payloads p ON p.id = n.payload_id
                        WHERE n.execution_id = :execution AND n.node_id = :node AND n.status = 'completed'
                          AND starts_with(n.scope, :prefix) AND n.scope <> :scope
                        """)
                .bind("execution", executionId)
                .bind("node", nodeId)
                .bind("scope", scope)
                .bind("prefix", scope.isEmpty() ? "" : scope + "/")
                .map((row, ctx) -> new Found(
                        row.getString("scope"),
                        depth(row.getString("scope")) - depth(scope),
                        StoredJson.read(row.getString("output"))))
                .stream()
                .sorted(Comparator.comparing(Found::scope, Outputs::byIndexes))
                .toList();
    }

    static int depth(String scope) {
        return scope.isEmpty()
                ? 0
                : 1 + (int) scope.chars().filter(c -> c == '/').count();
    }

    private static int byIndexes(String one, String other) {
        return Arrays.compare(indexes(one), indexes(other));
    }

    private static int[] indexes(String scope) {
        return Arrays.stream(scope.split("/"))
                .mapToInt(part -> Integer.parseInt(part.substring(part.lastIndexOf('[') + 1, part.length() - 1)))
                .toArray();
    }
}
