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
import org.jdbi.v3.core.statement.Update;

/** The decider's state as rows. */
final class ScopeRows {

    private ScopeRows() {}

    /** Of {@code run_scopes s}, for {@link #read}. */
    static final String COLUMNS = "s.path, s.parent, s.owner, s.item_index, s.steps, s.links, s.exports, s.progress";

    /** A scope of one execution. */
    record Stored(String executionId, ScopeState scope) {}

    /** A statement that stores what {@link #bindOpened} gives it. */
    static final String INSERT = """
            INSERT INTO run_scopes (execution_id, path, parent, owner, item_index, steps, links, exports, progress)
            SELECT o.* FROM unnest(:openedOf, :openedPaths, :openedParents, :openedOwners, :openedIndexes, :openedSteps,
                    :openedLinks, :openedExports, :openedProgress)
                AS o(execution, path, parent, owner, item_index, steps, links, exports, progress)
            """;

    /** A statement that stores what {@link #bindChanged} gives it. To insert and see that it is there would cost twice as much. */
    static final String UPDATE = """
            UPDATE run_scopes s SET steps = c.steps, links = c.links, exports = c.exports, progress = c.progress
            FROM unnest(:changedOf, :changedPaths, :changedSteps, :changedLinks, :changedExports, :changedProgress)
                AS c(execution, path, steps, links, exports, progress)
            WHERE s.execution_id = c.execution AND s.path = c.path
            """;

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

    static void bindOpened(Update insert, List<Stored> opened) {
        List<ScopeState> scopes = opened.stream().map(Stored::scope).toList();
        Columns.bind(insert, "openedParents", scopes, ScopeState::parent);
        Columns.bind(insert, "openedOwners", scopes, ScopeState::owner);
        insert.bind("openedIndexes", scopes.stream().mapToInt(ScopeState::index).toArray());
        bind(insert, "opened", opened);
    }

    static void bindChanged(Update update, List<Stored> changed) {
        bind(update, "changed", changed);
    }

    private static void bind(Update update, String prefix, List<Stored> stored) {
        List<ScopeState> scopes = stored.stream().map(Stored::scope).toList();
        Columns.bind(update, prefix + "Of", stored, Stored::executionId);
        Columns.bind(update, prefix + "Paths", scopes, ScopeState::path);
        Columns.bind(update, prefix + "Steps", scopes, ScopeState::steps);
        Columns.bind(update, prefix + "Links", scopes, ScopeState::links);
        Columns.bind(update, prefix + "Exports", scopes, ScopeState::exports);
        Columns.bind(update, prefix + "Progress", scopes, scope -> progress(scope.progress()));
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
