package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.run.Decision.Effect;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
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

    /** As {@link #below}, but of a node whose edge is not always followed only what it was followed for. */
    static List<Found> gathered(Handle handle, String executionId, String scope, Pinned.Gathered before) {
        List<Found> found = below(handle, executionId, scope, before.nodeId());
        if (before.exports().isEmpty() || found.isEmpty()) {
            return found;
        }
        Set<String> followed = handle.createQuery("""
                        SELECT path FROM run_scopes
                        WHERE execution_id = :execution AND path = ANY (:paths)
                          AND EXISTS (
                            SELECT 1 FROM unnest(:exports) AS e(place) WHERE substr(exports, e.place + 1, 1) = 'A')
                        """)
                .bind("execution", executionId)
                .bindArray(
                        "paths", String.class, found.stream().map(Found::scope).toList())
                .bind(
                        "exports",
                        before.exports().stream().mapToInt(Integer::intValue).toArray())
                .mapTo(String.class)
                .set();
        return found.stream().filter(one -> followed.contains(one.scope())).toList();
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

    /** What several nodes put out, in the order of the items; for one item in the order of these nodes. */
    static List<Found> inOrder(Collection<List<Found>> byNode) {
        return byNode.stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparing(Found::scope, Outputs::byIndexes))
                .toList();
    }

    /** As {@link #below}, of a node that is run once in each of a loop's iterations: of those no others are looked at. */
    static List<Found> ofItems(Handle handle, String executionId, Effect.Collect loop, String nodeId) {
        String prefix = "%s%s%s[".formatted(loop.scope(), loop.scope().isEmpty() ? "" : "/", loop.loop());
        return handle.createQuery("""
                        SELECT n.scope, coalesce(n.output, p.content) AS output
                        FROM node_runs n LEFT JOIN payloads p ON p.id = n.payload_id
                        WHERE n.execution_id = :execution AND n.node_id = :node AND n.status = 'completed'
                          AND n.scope = ANY (:scopes)
                        """)
                .bind("execution", executionId)
                .bind("node", nodeId)
                .bindArray(
                        "scopes",
                        String.class,
                        IntStream.range(0, loop.iterations())
                                .mapToObj(index -> prefix + index + "]")
                                .toList())
                .map((row, ctx) -> new Found(row.getString("scope"), 1, StoredJson.read(row.getString("output"))))
                .list();
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
