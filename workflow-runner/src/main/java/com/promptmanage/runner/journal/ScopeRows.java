package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.runner.run.ScopeState.Progress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The decider's state as rows. */
final class ScopeRows {

    private ScopeRows() {}

    static List<ScopeState> read(Handle handle, String executionId, List<String> paths) {
        return handle.createQuery("""
                        SELECT path, parent, owner, item_index, steps, links, exports, progress
                        FROM run_scopes WHERE execution_id = :execution AND path = ANY (:paths)
                        """)
                .bind("execution", executionId)
                .bindArray("paths", String.class, paths)
                .map((row, ctx) -> new ScopeState(
                        row.getString("path"),
                        row.getString("parent"),
                        row.getString("owner"),
                        row.getInt("item_index"),
                        row.getString("steps"),
                        row.getString("links"),
                        row.getString("exports"),
                        progress(row.getString("progress"))))
                .list();
    }

    static void write(Handle handle, String executionId, List<ScopeState> scopes) {
        if (scopes.isEmpty()) {
            return;
        }
        var batch = handle.prepareBatch("""
                INSERT INTO run_scopes
                    (execution_id, path, parent, owner, item_index, steps, links, exports, progress)
                VALUES (:execution, :path, :parent, :owner, :index, :steps, :links, :exports, :progress)
                ON CONFLICT (execution_id, path) DO UPDATE
                SET steps = excluded.steps, links = excluded.links, exports = excluded.exports,
                    progress = excluded.progress
                """);
        for (ScopeState scope : scopes) {
            batch.bind("execution", executionId)
                    .bind("path", scope.path())
                    .bind("parent", scope.parent())
                    .bind("owner", scope.owner())
                    .bind("index", scope.index())
                    .bind("steps", scope.steps())
                    .bind("links", scope.links())
                    .bind("exports", scope.exports())
                    .bind("progress", progress(scope.progress()))
                    .add();
        }
        batch.execute();
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
