package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionStatistics;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/workflows/{id}/analytics}: how a workflow's executions have gone, of those that are kept. */
final class AnalyticsRoutes implements Routes {

    private static final Duration DAYS = Duration.ofDays(30);

    private final WorkflowAccess access;

    private final ExecutionRecords records;

    private final ShownHistory history;

    private final Clock clock;

    AnalyticsRoutes(WorkflowAccess access, ExecutionRecords records, ShownHistory history, Clock clock) {
        this.access = access;
        this.records = records;
        this.history = history;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/{id}/analytics", this::get);
    }

    private void get(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        @Nullable Instant from = asked.time("from");
        @Nullable Instant to = asked.time("to");
        ZoneId zone = zone(asked.text("timezone"), faults);
        faults.check();
        Instant until = to == null ? clock.instant() : to;
        Instant since = history.since(allowed.workflow().account(), from, to, DAYS);
        ExecutionStatistics statistics =
                records.statistics(allowed.scope(), allowed.workflow().id(), since, until, zone);
        ctx.json(answer(allowed, statistics, since, until, zone));
    }

    private static ObjectNode answer(
            Allowed allowed, ExecutionStatistics statistics, Instant since, Instant until, ZoneId zone) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("workflowId", allowed.workflow().id());
        json.put("name", allowed.workflow().name());
        json.put("from", since.toString()).put("to", until.toString()).put("timezone", zone.getId());
        ExecutionStatistics.Total total = statistics.total();
        json.put("totalExecutions", total.executions());
        json.put("begunExecutions", total.begun());
        json.put("successfulExecutions", total.completed());
        json.put("failedExecutions", total.failed());
        json.put("cancelledExecutions", total.cancelled());
        json.put("timeoutExecutions", total.timeout());
        // Of those that ended by themselves. As text, since it is a ratio for people; null if none did.
        json.put("successRate", total.successRate().orElse(null));
        ObjectNode duration = json.putObject("executionTimeMs");
        duration.put("average", total.averageMs());
        duration.put("p50", total.p50Ms());
        duration.put("p95", total.p95Ms());
        duration.put("p99", total.p99Ms());
        json.put("averageExecutionTime", total.averageMs());
        json.put("totalTokens", total.tokens());
        WorkflowJson.money(json, "totalCost", total.costNanoUsd());
        json.put("unpricedCalls", total.unpricedCalls());
        json.put("averageTokens", total.averageTokens());
        WorkflowJson.money(json, "averageCost", total.averageCostNanoUsd());
        WorkflowJson.money(json, "wastedCost", total.wastedNanoUsd());
        WorkflowJson.money(json, "savedCost", total.savedNanoUsd());
        var byDay = json.putArray("executionsByDay");
        var costByDay = json.putArray("costByDay");
        for (ExecutionStatistics.Day day : statistics.days()) {
            byDay.addObject()
                    .put("date", day.date().toString())
                    .put("executions", day.executions())
                    .put("completed", day.completed())
                    .put("failed", day.failed());
            ObjectNode cost = costByDay.addObject().put("date", day.date().toString());
            WorkflowJson.money(cost, "cost", day.costNanoUsd());
            cost.put("unpricedCalls", day.unpricedCalls());
            cost.put("tokens", day.tokens());
        }
        ObjectNode failures = json.putObject("failuresByNode");
        var nodes = json.putArray("nodes");
        for (ExecutionStatistics.Node node : statistics.nodes()) {
            if (node.failed() > 0) {
                failures.put(node.nodeId(), node.failed());
            }
            ObjectNode entry = nodes.addObject().put("nodeId", node.nodeId());
            entry.put("runs", node.runs());
            entry.put("completed", node.completed());
            entry.put("failed", node.failed());
            entry.put("skipped", node.skipped());
            entry.put("kept", node.kept());
            entry.put("p50Ms", node.p50Ms());
            entry.put("p95Ms", node.p95Ms());
            entry.put("tokens", node.tokens());
            WorkflowJson.money(entry, "cost", node.costNanoUsd());
            entry.put("unpricedCalls", node.unpricedCalls());
        }
        return json;
    }

    private static ZoneId zone(@Nullable String name, Faults faults) {
        if (name == null) {
            return ZoneOffset.UTC;
        }
        // No offsets: to the database "+02:00" lies west of Greenwich.
        if (ZoneId.getAvailableZoneIds().contains(name)) {
            return ZoneId.of(name);
        }
        faults.add("timezone", "is '%s'".formatted(name), "Send an IANA name such as Europe/Berlin.");
        return ZoneOffset.UTC;
    }
}
