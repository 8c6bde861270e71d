package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.runner.run.ScopeState.Progress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The decider's state as rows. */
final class ScopeRows {

    private ScopeRows() {}

    /** Of {@code run_scopes s}, for {@link #read(ResultSet)}. */
    static final String COLUMNS = "s.path, s.parent, s.owner, s.item_index, s.steps, s.links, s.exports, s.progress";

    /** A scope of one execution. */
    record Stored(String executionId, ScopeState scope) {}

    /** A statement that stores what {@link #bind} gives it. */
    static final String STORE = """
            INSERT INTO run_scopes (execution_id, path, parent, owner, item_index, steps, links, exports, progress)
            SELECT s.* FROM unnest(:scopesOf, :paths, :parents, :owners, :indexes, :steps, :links, :exports, :progress)
                AS s(execution, path, parent, owner, item_index, steps, links, exports, progress)
            ON CONFLICT (execution_id, path) DO UPDATE
            SET steps = excluded.steps, links = excluded.links, exports = excluded.exports, progress = excluded.progress
            """;

    static List<ScopeState> read(Handle handle, String executionId, List<String> paths) {
        return handle.createQuery("SELECT " + COLUMNS
                        + " FROM run_scopes s WHERE s.execution_id = :execution AND s.path = ANY (:paths)")
                .bind("execution", executionId)
                .bindArray("paths", String.class, paths)
                .map((row, ctx) -> read(row))
                .list();
    }

    static ScopeState read(ResultSet row) throws SQLException {
        return new ScopeState(
                row.getString("path"),
                row.getString("parent"),
                row.getString("owner"),
                row.getInt("item_index"),
                row.getString("steps"),
                row.getString("links"),
                row.getString("exports"),
                progress(row.getString("progress")));
    }

    static void bind(Update store, List<Stored> stored) {
        List<ScopeState> scopes = stored.stream().map(Stored::scope).toList();
        Columns.bind(store, "scopesOf", stored, Stored::executionId);
        Columns.bind(store, "paths", scopes, ScopeState::path);
        Columns.bind(store, "parents", scopes, ScopeState::parent);
        Columns.bind(store, "owners", scopes, ScopeState::owner);
        store.bind("indexes", scopes.stream().mapToInt(ScopeState::index).toArray());
        Columns.bind(store, "steps", scopes, ScopeState::steps);
        Columns.bind(store, "links", scopes, ScopeState::links);
        Columns.bind(store, "exports", scopes, ScopeState::exports);
        Columns.bind(store, "progress", scopes, scope -> progress(scope.progress()));
    }

    private static String progress(Map<String, Progress> progress) {
        if (progress.isEmpty()) {
            return "{}";
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        progress.forEach((owner, part) -> json.putObject(owner)
                .put("total", part.total())
                .put("opened", part.opened())
                .put("done", part.done())
                .put("exports", part.exports()));
        return StoredJson.write(json);
    }

    private static Map<String, Progress> progress(String json) {
        if (json.equals("{}")) {
            return Map.of();
        }
        var progress = new HashMap<String, Progress>();
        for (Map.Entry<String, JsonNode> entry : StoredJson.read(json).properties()) {
            JsonNode part = entry.getValue();
            progress.put(
                    entry.getKey(),
                    new Progress(
                            part.path("total").intValue(),
                            part.path("opened").intValue(),
                            part.path("done").intValue(),
                            part.path("exports").textValue()));
        }
        return progress;
    }
}
