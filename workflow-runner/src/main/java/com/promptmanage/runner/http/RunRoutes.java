package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.http.WorkflowAccess.AllowedExecution;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.Filter;
import com.promptmanage.runner.journal.ExecutionRecords.NodePage;
import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.Enqueued;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.Resumed;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executions: triggered, listed, shown, ended, taken up again. */
final class RunRoutes implements Routes {

    private static final int LIMIT = 50;

    private static final int LIMIT_MAX = 200;

    private static final int NODES_MAX = 1_000;

    /** What of the nodes is asked for by itself: where there are many, those are looked for. */
    private static final String FAILED = "failed";

    private static final int TRIGGER_BYTES_MAX = 1 << 20;

    private static final int RESUME_BYTES_MAX = 4 << 10;

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final WorkflowAccess access;

    private final Workflows workflows;

    private final Runs runs;

    private final ExecutionRecords records;

    private final ShownHistory history;

    RunRoutes(WorkflowAccess access, Workflows workflows, Runs runs, ExecutionRecords records, ShownHistory history) {
        this.access = access;
        this.workflows = workflows;
        this.runs = runs;
        this.records = records;
        this.history = history;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/workflows/{id}/trigger", this::trigger);
        routes.get("/api/workflows/{id}/executions", this::list);
        routes.get("/api/workflows/executions/{executionId}", this::get);
        routes.get("/api/workflows/executions/{executionId}/payloads/{payloadId}", this::payload);
        routes.post("/api/workflows/executions/{executionId}/cancel", this::cancel);
        routes.post("/api/workflows/executions/{executionId}/resume", this::resume);
        routes.post("/api/workflows/executions/{executionId}/rerun", this::rerun);
    }

    private void trigger(Context ctx) {
        Allowed allowed = access.require(ctx, Level.RUNNER);
        byte[] body = RequestBody.bytes(ctx, TRIGGER_BYTES_MAX);
        JsonNode sent = body.length == 0 ? Json.mapper().createObjectNode() : Json.read(body, JsonNode.class);
        @Nullable String key = idempotencyKey(ctx);
        boolean isTest = sent.path("test").asBoolean(false)
                || (allowed.workflow().status() == WorkflowRow.Status.DRAFT && allowed.mayAtLeast(Level.EDITOR));
        if (isTest) {
            requireMayTest(allowed);
        }
        runs.prepare(allowed.workflow().id(), allowed.workflow().version());
        Enqueued enqueued = runs.enqueue(new NewRun(
                allowed.workflow().id(),
                null,
                allowed.who(),
                by(allowed),
                StoredJson.write(triggerData(sent)),
                key == null ? null : "api:" + key,
                isTest,
                null));
        accepted(ctx, enqueued.executionId(), !enqueued.isNew());
    }

    /** What makes a later request the same one; null if each is another. */
    private static @Nullable String idempotencyKey(Context ctx) {
        @Nullable String key = ctx.header(IDEMPOTENCY_KEY);
        if (key != null && (key.isBlank() || key.length() > 256)) {
            throw ProblemException.invalid(IDEMPOTENCY_KEY, "is blank or long", "Send 1 to 256 characters.");
        }
        return key;
    }

    private static TriggeredBy by(Allowed allowed) {
        return switch (allowed.caller()) {
            case Caller.Person person -> TriggeredBy.MANUAL;
            case Caller.Key key -> TriggeredBy.API;
        };
    }

    private static void requireMayTest(Allowed allowed) {
        if (!allowed.mayAtLeast(Level.EDITOR)) {
            throw ProblemException.forbidden("Only those who may edit a workflow run it as a test");
        }
    }

    /** Under {@code triggerData}, or the body itself. */
    private static JsonNode triggerData(JsonNode sent) {
        if (sent.has("triggerData")) {
            return sent.get("triggerData");
        }
        if (sent instanceof ObjectNode object) {
            object.remove("test");
        }
        return sent;
    }

    private static void accepted(Context ctx, String executionId, boolean isReplay) {
        ctx.status(202)
                .json(Json.mapper()
                        .createObjectNode()
                        .put("success", true)
                        .put("executionId", executionId)
                        .put("replayed", isReplay));
    }

    private void list(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        String status = asked.text("status");
        String triggeredBy = asked.text("triggeredBy");
        WorkflowForm.oneOf("status", status, Status.class, faults);
        WorkflowForm.oneOf("triggeredBy", triggeredBy, TriggeredBy.class, faults);
        int limit = asked.number("limit", LIMIT, 1, LIMIT_MAX);
        @Nullable Instant from = asked.time("from");
        @Nullable Instant to = asked.time("to");
        @Nullable Long before = asked.cursor();
        faults.check();
        Instant shownFrom =
                history.since(allowed.workflow().account(), from == null ? Instant.EPOCH : from, from != null);
        var filter = new Filter(allowed.workflow().id(), status, triggeredBy, from, to, shownFrom, before);
        List<Shown> found = records.list(allowed.scope(), filter, limit + 1);
        List<Shown> page = found.subList(0, Math.min(limit, found.size()));
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode list = answer.putArray("executions");
        page.forEach(execution -> list.add(WorkflowJson.of(execution, allowed.workflow())));
        answer.put(
                "nextCursor",
                found.size() > limit ? Asked.cursorOf(page.getLast().number()) : null);
        ctx.json(answer);
    }

    private void get(Context ctx) {
        AllowedExecution allowed = access.requireShownExecution(ctx);
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        int limit = asked.number("nodesLimit", NODES_MAX, 1, NODES_MAX);
        @Nullable Long after = asked.cursor();
        @Nullable String status = asked.text("status");
        if (status != null && !status.equals(FAILED)) {
            faults.add("status", "is '%s'".formatted(status), "Send failed, or leave it out for all.");
        }
        faults.check();
        Shown execution = allowed.execution();
        var definition = WorkflowJson.definition(
                workflows.definition(allowed.workflow().scope(), execution.workflowId(), execution.workflowVersion()));
        Scope scope = allowed.workflow().scope();
        NodePage page = records.page(scope, execution.id(), status, after == null ? 0 : after, limit);
        ObjectNode answer = WorkflowJson.of(execution, allowed.workflow().workflow());
        WorkflowJson.asStored(answer, "triggerData", execution.triggerData());
        answer.put("workflowName", allowed.workflow().workflow().name());
        answer.put("yourLevel", allowed.workflow().level().value());
        WorkflowJson.around(answer, records.around(scope, execution.id()));
        if (execution.status().equals(Status.QUEUED.value())) {
            WorkflowJson.turn(
                    answer,
                    records.turn(scope, execution),
                    allowed.workflow().workflow().maxConcurrentRuns());
        }
        boolean isOver = execution.completedAt() != null;
        if (after == null) {
            NodeSummaries.put(answer.putArray("nodes"), records.summary(scope, execution.id()), definition, isOver);
        }
        ArrayNode nodes = answer.putArray("nodeExecutions");
        page.nodes().forEach(node -> nodes.add(WorkflowJson.of(node, definition, isOver)));
        answer.put(
                "nextCursor",
                page.hasMore() ? Asked.cursorOf(page.nodes().getLast().id()) : null);
        ctx.json(answer);
    }

    private void payload(Context ctx) {
        AllowedExecution allowed = access.requireShownExecution(ctx);
        String content = records.payload(
                        allowed.workflow().scope(), allowed.execution().id(), ctx.pathParam("payloadId"))
                .orElseThrow(() -> ProblemException.notFound("There is no such payload of this execution"));
        ctx.contentType("application/json").result(content);
    }

    private void cancel(Context ctx) {
        AllowedExecution allowed = access.requireExecution(ctx, Level.RUNNER);
        runs.cancel(allowed.execution().id()).ifPresent(runs::admit);
        ctx.json(Json.mapper()
                .createObjectNode()
                .put("success", true)
                .put("executionId", allowed.execution().id()));
    }

    private void resume(Context ctx) {
        AllowedExecution allowed = access.requireExecution(ctx, Level.RUNNER);
        // Whoever began it: now it goes on because of this caller.
        access.requireTrigger(allowed.workflow().workflow().account(), by(allowed.workflow()));
        Optional<NanoUsd> maxCost = ResumeForm.maxCost(RequestBody.bytes(ctx, RESUME_BYTES_MAX));
        if (isCurrentWanted(ctx)
                && allowed.execution().workflowVersion()
                        != allowed.workflow().workflow().version()) {
            resumeByCurrent(ctx, allowed, maxCost);
            return;
        }
        if (maxCost.isPresent() && !allowed.workflow().mayAtLeast(Level.EDITOR)) {
            throw ProblemException.forbidden("Only those who may edit a workflow allow an execution to cost more");
        }
        Resumed resumed = runs.resume(allowed.execution().id(), maxCost, idempotencyKey(ctx));
        if (resumed == Resumed.NOT) {
            throw ProblemException.conflict(
                    "The execution is %s: only one that failed, ran out of time or is paused can be taken up again"
                            .formatted(allowed.execution().status()));
        }
        accepted(ctx, allowed.execution().id(), resumed == Resumed.BEFORE);
    }

    /** A new execution: each keeps to the version that it began with. */
    private void resumeByCurrent(Context ctx, AllowedExecution allowed, Optional<NanoUsd> maxCost) {
        Shown before = allowed.execution();
        WorkflowRow workflow = allowed.workflow().workflow();
        if (maxCost.isPresent()) {
            throw ProblemException.invalid(
                    "maxCostUsd",
                    "is given with version=current",
                    "Leave it out: that of the current version's settings holds.");
        }
        if (before.isTest()) {
            requireMayTest(allowed.workflow());
        }
        @Nullable String key = idempotencyKey(ctx);
        runs.prepare(workflow.id(), workflow.version());
        Enqueued enqueued = runs.goOnFrom(new NewRun(
                workflow.id(),
                null,
                allowed.workflow().who(),
                by(allowed.workflow()),
                before.triggerData(),
                key == null ? null : "resume-current:%s:%s".formatted(before.id(), key),
                before.isTest(),
                before.id()));
        accepted(ctx, enqueued.executionId(), !enqueued.isNew());
    }

    private static boolean isCurrentWanted(Context ctx) {
        return "current".equals(ctx.queryParam("version"));
    }

    /** From the start, with the same data: the same version, or with {@code ?version=current} the workflow's current one. */
    private void rerun(Context ctx) {
        AllowedExecution allowed = access.requireExecution(ctx, Level.RUNNER);
        Shown before = allowed.execution();
        if (before.isTest()) {
            requireMayTest(allowed.workflow());
        }
        @Nullable String key = idempotencyKey(ctx);
        Enqueued enqueued = runs.enqueue(new NewRun(
                before.workflowId(),
                isCurrentWanted(ctx) ? null : Integer.valueOf(before.workflowVersion()),
                allowed.workflow().who(),
                by(allowed.workflow()),
                before.triggerData(),
                key == null ? null : "rerun:%s:%s".formatted(before.id(), key),
                before.isTest(),
                before.id()));
        accepted(ctx, enqueued.executionId(), !enqueued.isNew());
    }
}
