package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/workflows/{id}/versions}: what a workflow was, what changed, and back again. */
final class VersionRoutes implements Routes {

    private static final int VERSION_MAX = 999_999_999;

    private final WorkflowAccess access;

    private final Workflows workflows;

    private final DefinitionGate gate;

    VersionRoutes(WorkflowAccess access, Workflows workflows, DefinitionGate gate) {
        this.access = access;
        this.workflows = workflows;
        this.gate = gate;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/{id}/versions", this::list);
        routes.get("/api/workflows/{id}/versions/{version}", this::get);
        routes.get("/api/workflows/{id}/versions/{version}/diff", this::diff);
        routes.post("/api/workflows/{id}/versions/{version}/restore", this::restore);
    }

    private void list(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode list = answer.putArray("versions");
        for (Workflows.Version version :
                workflows.versions(allowed.scope(), allowed.workflow().id())) {
            list.addObject()
                    .put("version", version.version())
                    .put("author", version.author())
                    .put("note", version.note())
                    .put("createdAt", version.createdAt().toString())
                    .put("current", version.version() == allowed.workflow().version());
        }
        answer.putNull("nextCursor");
        ctx.json(answer);
    }

    private void get(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        int version = version(ctx.pathParam("version"));
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("version", version);
        answer.set("definition", definition(allowed, version));
        ctx.json(answer);
    }

    /** From the version in the query's {@code from}, by default the one before. */
    private void diff(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        int to = version(ctx.pathParam("version"));
        var faults = new Faults();
        int from = new Asked(ctx, faults).number("from", Math.max(1, to - 1), 1, Integer.MAX_VALUE);
        faults.check();
        ObjectNode before = definition(allowed, from);
        ObjectNode after = definition(allowed, to);
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("from", from).put("to", to);
        compare(answer.putObject("nodes"), byId(before.path("nodes")), byId(after.path("nodes")));
        compare(answer.putObject("edges"), byId(before.path("edges")), byId(after.path("edges")));
        ObjectNode settings = answer.putObject("settings");
        settings.set("before", before.path("settings"));
        settings.set("after", after.path("settings"));
        settings.put("changed", !before.path("settings").equals(after.path("settings")));
        ctx.json(answer);
    }

    private void restore(Context ctx) {
        Allowed allowed = access.require(ctx, Level.EDITOR);
        int version = version(ctx.pathParam("version"));
        String definition =
                workflows.definition(allowed.scope(), allowed.workflow().id(), version);
        String before = workflows.definition(
                allowed.scope(), allowed.workflow().id(), allowed.workflow().version());
        access.requireUse(allowed, WorkflowJson.definition(before), WorkflowJson.definition(definition));
        var faults = new Faults();
        WorkflowRow seen = seen(ctx, allowed.workflow(), faults);
        List<DefinitionFault> warnings =
                gate.again(definition, allowed.workflow().account(), faults).warnings();
        faults.check();
        access.requireConcurrency(allowed.workflow().account(), WorkflowJson.definition(definition));
        WorkflowRow now = workflows.change(
                allowed.scope(),
                access.actor(ctx),
                seen,
                definition,
                allowed.who(),
                "Restored version %d".formatted(version));
        ctx.json(WorkflowRoutes.answer(
                now, workflows.definition(allowed.scope(), now.id(), now.version()), allowed.level(), warnings));
    }

    /** The workflow as it was when its caller decided to go back, as far as that is said. */
    private static WorkflowRow seen(Context ctx, WorkflowRow now, Faults faults) {
        var asked = new Asked(ctx, faults);
        int version = asked.number("baseVersion", now.version(), 1, VERSION_MAX);
        @Nullable Instant updatedAt = asked.time("baseUpdatedAt");
        return now.asOf(version, updatedAt == null ? now.updatedAt() : updatedAt);
    }

    private ObjectNode definition(Allowed allowed, int version) {
        return DefinitionJson.write(WorkflowJson.definition(
                workflows.definition(allowed.scope(), allowed.workflow().id(), version)));
    }

    private static Map<String, JsonNode> byId(JsonNode list) {
        var byId = new LinkedHashMap<String, JsonNode>();
        list.forEach(element -> byId.put(element.path("id").asText(), element));
        return byId;
    }

    private static void compare(ObjectNode answer, Map<String, JsonNode> before, Map<String, JsonNode> after) {
        ArrayNode added = answer.putArray("added");
        ArrayNode removed = answer.putArray("removed");
        ArrayNode changed = answer.putArray("changed");
        after.forEach((id, element) -> {
            JsonNode old = before.get(id);
            if (old == null) {
                added.add(element);
            } else if (!old.equals(element)) {
                ObjectNode change = changed.addObject();
                change.put("id", id);
                change.set("before", old);
                change.set("after", element);
            }
        });
        before.forEach((id, element) -> {
            if (!after.containsKey(id)) {
                removed.add(element);
            }
        });
    }

    static int version(String text) {
        if (text.matches("[1-9]\\d{0,8}")) {
            return Integer.parseInt(text);
        }
        throw ProblemException.invalid("version", "is '%s'".formatted(text), "Send a version's number.");
    }
}
