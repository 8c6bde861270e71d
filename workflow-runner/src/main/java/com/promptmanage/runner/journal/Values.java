package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * What executions were triggered with, what their nodes have put out or why they failed, and the items that these were for: none
 * of it changes once it is there. So it is remembered for a while. Ten thousand iterations of a loop may each refer to the list
 * that they come from, and it is read and parsed once.
 *
 * <p>Safe for use by several threads. What it gives is shared by all of them, and not to be changed.
 */
final class Values {

    /** Characters of JSON, of all that is remembered. */
    private static final int REMEMBERED_CHARS_MAX = 16 << 20;

    private static final int ENTRY_CHARS = 200;

    private final Cache<Key, Value> remembered = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED_CHARS_MAX)
            .weigher((Key key, Value value) -> value.chars() + ENTRY_CHARS)
            .expireAfterAccess(Duration.ofMinutes(1))
            .build();

    enum Kind {
        /** Of the execution. */
        TRIGGER,
        /** Of the node of that name in the scope. */
        OUTPUT,
        /** Why the node of that name in the scope failed for good, with someone there for that case. */
        ERROR,
        /** Of the owner of that name in the scope, at its place. */
        ITEM
    }

    /** Names a value. */
    record Key(Kind kind, String executionId, String scope, String name, int index) {

        static Key trigger(String executionId) {
            return new Key(Kind.TRIGGER, executionId, "", "", 0);
        }

        static Key output(String executionId, String scope, String nodeId) {
            return new Key(Kind.OUTPUT, executionId, scope, nodeId, 0);
        }

        static Key error(String executionId, String scope, String nodeId) {
            return new Key(Kind.ERROR, executionId, scope, nodeId, 0);
        }

        static Key item(String executionId, String scope, String owner, int index) {
            return new Key(Kind.ITEM, executionId, scope, owner, index);
        }
    }

    /** @param chars of its JSON */
    record Value(JsonNode json, int chars) {

        static Value of(String json) {
            return new Value(StoredJson.read(json), json.length());
        }
    }

    /**
     * Values by their keys; without those that are not there.
     *
     * @param read those that were not remembered, and are to be
     */
    record Found(Map<Key, Value> all, Map<Key, Value> read) {

        static final Found NOTHING = new Found(Map.of(), Map.of());
    }

    /** @param written in this transaction, as JSON: it need not be read again */
    Found find(Handle handle, Collection<Key> keys, Map<Key, String> written) {
        if (keys.isEmpty()) {
            return Found.NOTHING;
        }
        var all = new HashMap<>(remembered.getAllPresent(keys));
        var read = new HashMap<Key, Value>();
        var others = new ArrayList<Key>();
        for (Key key : keys) {
            String json = written.get(key);
            if (json != null && !all.containsKey(key)) {
                read.put(key, Value.of(json));
            } else if (!all.containsKey(key)) {
                others.add(key);
            }
        }
        if (!others.isEmpty()) {
            read.putAll(read(handle, others));
        }
        all.putAll(read);
        return new Found(all, read);
    }

    /** When the transaction that found them has committed: before, what it wrote itself may still come to nothing. */
    void remember(Found found) {
        remembered.putAll(found.read());
    }

    private static Map<Key, Value> read(Handle handle, List<Key> keys) {
        List<Key> triggers = of(Kind.TRIGGER, keys);
        List<Key> outputs = of(Kind.OUTPUT, keys);
        List<Key> errors = of(Kind.ERROR, keys);
        List<Key> items = of(Kind.ITEM, keys);
        var found = new HashMap<Key, Value>();
        // All in one round trip. By the limits each is looked up by itself, however few rows there were when this was
        // planned.
        var query = handle.createQuery("""
                        SELECT 'TRIGGER' AS kind, w.execution, '' AS scope, '' AS name, 0 AS index, e.json
                        FROM unnest(:triggersOf) AS w(execution)
                        CROSS JOIN LATERAL (
                            SELECT trigger_data AS json FROM executions WHERE id = w.execution LIMIT 1) e
                        UNION ALL
                        SELECT 'OUTPUT', w.execution, w.scope, w.name, 0, n.json
                        FROM unnest(:outputsOf, :outputScopes, :outputNames) AS w(execution, scope, name)
                        CROSS JOIN LATERAL (
                            SELECT coalesce(r.output, p.content) AS json
                            FROM node_runs r LEFT JOIN payloads p ON p.id = r.payload_id
                            WHERE r.execution_id = w.execution AND r.scope = w.scope AND r.node_id = w.name
                              AND r.status = 'completed' LIMIT 1) n
                        UNION ALL
                        SELECT 'ERROR', w.execution, w.scope, w.name, 0, f.json
                        FROM unnest(:errorsOf, :errorScopes, :errorNames) AS w(execution, scope, name)
                        CROSS JOIN LATERAL (
                            SELECT CAST(json_build_object('error', json_build_object('nodeId', r.node_id,
                                'type', r.error_kind, 'message', r.error_message)) AS text) AS json
                            FROM node_runs r
                            WHERE r.execution_id = w.execution AND r.scope = w.scope AND r.node_id = w.name
                              AND r.status = 'failed' LIMIT 1) f
                        UNION ALL
                        SELECT 'ITEM', w.execution, w.scope, w.name, w.index, i.json
                        FROM unnest(:itemsOf, :itemScopes, :itemNames, :itemIndexes) AS w(execution, scope, name, index)
                        CROSS JOIN LATERAL (
                            SELECT r.item AS json FROM run_items r
                            WHERE r.execution_id = w.execution AND r.scope = w.scope AND r.owner = w.name
                              AND r.item_index = w.index LIMIT 1) i
                        """);
        Columns.bind(query, "triggersOf", triggers, Key::executionId);
        Columns.bind(query, "outputsOf", outputs, Key::executionId);
        Columns.bind(query, "outputScopes", outputs, Key::scope);
        Columns.bind(query, "outputNames", outputs, Key::name);
        Columns.bind(query, "errorsOf", errors, Key::executionId);
        Columns.bind(query, "errorScopes", errors, Key::scope);
        Columns.bind(query, "errorNames", errors, Key::name);
        Columns.bind(query, "itemsOf", items, Key::executionId);
        Columns.bind(query, "itemScopes", items, Key::scope);
        Columns.bind(query, "itemNames", items, Key::name);
        query.bind("itemIndexes", items.stream().mapToInt(Key::index).toArray())
                .map((row, ctx) -> Map.entry(
                        new Key(
                                Kind.valueOf(row.getString("kind")),
                                row.getString("execution"),
                                row.getString("scope"),
                                row.getString("name"),
                                row.getInt("index")),
                        row.getString("json")))
                .list()
                .forEach(entry -> found.put(entry.getKey(), Value.of(entry.getValue())));
        return found;
    }

    private static List<Key> of(Kind kind, List<Key> keys) {
        return keys.stream().filter(key -> key.kind() == kind).toList();
    }
}
