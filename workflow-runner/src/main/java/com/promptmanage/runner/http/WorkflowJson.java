package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.ExecutionRecords.Around;
import com.promptmanage.runner.journal.ExecutionRecords.NodeShown;
import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.runner.journal.ExecutionRecords.Turn;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.trigger.TriggerConfig;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workflows and executions as the API tells them. */
final class WorkflowJson {

    private WorkflowJson() {}

    static ObjectNode of(WorkflowRow workflow) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("id", workflow.id());
        account(json, workflow.account());
        json.put("createdBy", workflow.createdBy());
        json.put("name", workflow.name());
        json.put("description", workflow.description());
        json.put("category", workflow.category());
        var tags = json.putArray("tags");
        workflow.tags().forEach(tags::add);
        json.put("status", workflow.status().value());
        json.put("executionMode", workflow.executionMode().value());
        json.put("version", workflow.version());
        json.put("maxConcurrentRuns", workflow.maxConcurrentRuns());
        json.set("triggerConfig", orNull(workflow.triggerConfig()));
        if (workflow.triggerConfig() != null) {
            // Of what was stored before it was checked: as it is, no event runs the workflow.
            List<Fault> faults = TriggerConfig.faults(StoredJson.read(workflow.triggerConfig()));
            if (!faults.isEmpty()) {
                json.set("triggerConfigFaults", Json.mapper().valueToTree(faults));
            }
        }
        json.set("notifications", orNull(workflow.notifications()));
        json.put("createdAt", workflow.createdAt().toString());
        json.put("updatedAt", workflow.updatedAt().toString());
        time(json, "lastExecutedAt", workflow.lastExecutedAt());
        return json;
    }

    /** @param workflow the execution's, as it is now */
    static ObjectNode of(Shown execution, WorkflowRow workflow) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("id", execution.id());
        json.put("workflowId", execution.workflowId());
        json.put("workflowVersion", execution.workflowVersion());
        account(json, execution.account());
        json.put("triggeredBy", execution.triggeredBy());
        json.put("triggeredByUserId", execution.userId());
        json.put("test", execution.isTest());
        json.put("rerunOf", execution.rerunOf());
        json.put("status", execution.status());
        json.set("reason", reason(execution.status(), execution.isTest(), execution.reason(), workflow));
        json.put("createdAt", execution.createdAt().toString());
        time(json, "startedAt", execution.startedAt());
        time(json, "completedAt", execution.completedAt());
        json.put("executionTimeMs", execution.ranMs());
        json.put(
                "totalNodes",
                execution.openNodes()
                        + execution.completedNodes()
                        + execution.failedNodes()
                        + execution.skippedNodes());
        json.put("completedNodes", execution.completedNodes());
        json.put("failedNodes", execution.failedNodes());
        json.put("skippedNodes", execution.skippedNodes());
        json.put("totalTokens", execution.tokens());
        money(json, "totalCost", execution.costNanoUsd());
        money(json, "wastedCost", execution.wastedNanoUsd());
        money(json, "savedCost", execution.savedNanoUsd());
        json.put("unpricedCalls", execution.unpricedCalls());
        json.put("simulated", execution.isSimulated());
        json.put("errorNodeId", execution.errorNodeId());
        json.put("errorMessage", execution.errorMessage());
        json.set("errorDetails", orNull(execution.errorDetails()));
        return json;
    }

    static void around(ObjectNode execution, Around around) {
        execution.put("callsUnderWay", around.callsUnderWay());
        var reruns = execution.putArray("reruns");
        around.reruns()
                .forEach(rerun -> reruns.addObject()
                        .put("id", rerun.id())
                        .put("workflowVersion", rerun.workflowVersion())
                        .put("status", rerun.status())
                        .put("resumed", rerun.keeps())
                        .put("createdAt", rerun.createdAt().toString()));
    }

    /** @param most how many executions of the workflow are under way at a time */
    static void turn(ObjectNode execution, Turn turn, int most) {
        execution
                .putObject("queue")
                .put("running", turn.running())
                .put("maxConcurrentRuns", most)
                .put("ahead", turn.ahead());
    }

    /**
     * What an execution stands still for: what it was paused with, or that its workflow lets nothing begin.
     *
     * @param status of the execution
     * @param reason that it was paused with, as JSON
     * @param workflow the execution's, as it is now
     */
    static JsonNode reason(String status, boolean isTest, @Nullable String reason, WorkflowRow workflow) {
        boolean isHeldBack =
                status.equals(Status.QUEUED.value()) && !isTest && workflow.status() != WorkflowRow.Status.ACTIVE;
        if (!isHeldBack) {
            return orNull(reason);
        }
        return Json.mapper()
                .createObjectNode()
                .put("code", "workflow_not_active")
                .put("workflowStatus", workflow.status().value())
                .put(
                        "message",
                        "The workflow's status is %s, so that nothing of it begins: set it to active, and this goes on by itself, or cancel it"
                                .formatted(workflow.status().value()));
    }

    /**
     * The product's states: a held or due one is queued, or retrying if it has been tried; one that is worked at is running, and so is
     * a delay that is not over, and one whose items are, until the execution is over.
     */
    static ObjectNode of(NodeShown run, Definition definition, boolean isOver) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("id", Long.toString(run.id()));
        json.put("nodeId", run.nodeId());
        definition.node(new NodeId(run.nodeId())).ifPresent(node -> {
            json.put("nodeType", node.type().value());
            json.put("label", node.label());
        });
        json.put("scope", run.scope());
        if (!run.scope().isEmpty()) {
            json.put(
                    "itemIndex",
                    Integer.parseInt(run.scope()
                            .substring(
                                    run.scope().lastIndexOf('[') + 1,
                                    run.scope().length() - 1)));
        }
        json.put("status", status(run.status(), run.errorKind() != null, run.waitsUntil() != null, isOver));
        json.put("attemptNumber", Math.max(1, run.attempt()));
        json.put("kept", run.isKept());
        time(json, "waitsUntil", run.waitsUntil());
        time(json, "startedAt", run.startedAt());
        time(json, "completedAt", run.completedAt());
        if (run.startedAt() != null && run.completedAt() != null) {
            json.put(
                    "executionTimeMs",
                    Duration.between(run.startedAt(), run.completedAt()).toMillis());
        } else {
            json.putNull("executionTimeMs");
        }
        asStored(json, "output", run.output());
        json.put("outputPayloadId", run.payloadId());
        json.put("tokens", run.tokens());
        money(json, "cost", run.costNanoUsd());
        json.put("unpricedCalls", run.unpricedCalls());
        json.put("model", run.model());
        json.set("budgets", orNull(run.budgets()));
        json.put("errorKind", run.errorKind());
        json.put("errorMessage", run.errorMessage());
        json.set("errorDetails", orNull(run.errorDetails()));
        return json;
    }

    /**
     * @param stored how it stands in the journal
     * @param isOver whether its execution is
     */
    static String status(String stored, boolean hasError, boolean isWaiting, boolean isOver) {
        return switch (stored) {
            case "held", "ready" -> hasError ? "retrying" : isWaiting ? "running" : "queued";
            case "leased" -> "running";
            case "open" -> isOver ? "cancelled" : "running";
            default -> stored;
        };
    }

    static Definition definition(String stored) {
        return DefinitionJson.read(stored.getBytes(StandardCharsets.UTF_8)).definition();
    }

    static void money(ObjectNode json, String field, long nanoUsd) {
        json.put(field, new NanoUsd(nanoUsd).toUsd());
        json.put(field + "NanoUsd", nanoUsd);
    }

    private static void account(ObjectNode json, Account account) {
        json.put("account", account.value());
        json.put(account.isTeam() ? "teamId" : "userId", account.id());
    }

    static JsonNode orNull(@Nullable String json) {
        return json == null ? Json.mapper().nullNode() : StoredJson.read(json);
    }

    /** Without reading it: what is read takes many times the memory of its text. */
    static void asStored(ObjectNode json, String field, @Nullable String value) {
        if (value == null) {
            json.putNull(field);
        } else {
            json.putRawValue(field, new RawValue(value));
        }
    }

    static void time(ObjectNode json, String field, @Nullable Instant time) {
        if (time == null) {
            json.putNull(field);
        } else {
            json.put(field, time.toString());
        }
    }
}
