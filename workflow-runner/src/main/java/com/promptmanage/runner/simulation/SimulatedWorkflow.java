package com.promptmanage.runner.simulation;

import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A chain of nodes that pretends to run. Pure: what an execution reports follows from its id's random numbers and its
 * start alone, and is told as a list in the order of time.
 */
record SimulatedWorkflow(String id, List<Node> nodes) {

    /** Stands in every event's {@code source}, so that nobody takes it for the real thing. */
    static final String SOURCE = "/workflow-runner/simulated";

    private static final double FAILS = 0.04;

    private static final String ERROR = "simulated failure: the model did not answer in time";

    static final List<SimulatedWorkflow> ALL = List.of(
            new SimulatedWorkflow(
                    "wf_ticket_triage",
                    List.of(
                            new Node("fetch", "data_source", null),
                            new Node("classify", "prompt", "gpt-4o-mini"),
                            new Node("answer", "prompt", "gpt-4o"),
                            new Node("send", "output", null))),
            new SimulatedWorkflow(
                    "wf_weekly_digest",
                    List.of(
                            new Node("collect", "data_source", null),
                            new Node("summarize", "prompt", "claude-3-5-sonnet"),
                            new Node("post", "webhook", null))));

    /** @param model that a prompt node asks; null for a node that asks none */
    record Node(String id, String type, @Nullable String model) {}

    /** What happens at one moment of an execution. */
    sealed interface Report {

        Instant time();

        record Change(ExecutionChange change) implements Report {
            @Override
            public Instant time() {
                return change.time();
            }
        }

        record Usage(UsageEvent event) implements Report {
            @Override
            public Instant time() {
                return event.time();
            }
        }
    }

    List<Report> run(String executionId, String userId, String teamId, Instant start, SplittableRandom random) {
        var execution = new Execution(executionId, id, 1, userId, teamId, true);
        var reports = new ArrayList<Report>();
        reports.add(changed(execution, start, Status.QUEUED, null, null));
        Instant now = start.plusMillis(random.nextInt(5, 50));
        Instant began = now;
        reports.add(changed(execution, now, Status.RUNNING, null, null));
        for (Node node : nodes) {
            reports.add(nodeChanged(execution, now, node, NodeStatus.RUNNING, null, null));
            long tookMs = node.model() == null ? random.nextLong(20, 200) : random.nextLong(300, 3_000);
            now = now.plusMillis(tookMs);
            if (node.model() != null) {
                if (random.nextDouble() < FAILS) {
                    reports.add(nodeChanged(execution, now, node, NodeStatus.FAILED, tookMs, ERROR));
                    reports.add(
                            changed(execution, now, Status.FAILED, now.toEpochMilli() - began.toEpochMilli(), ERROR));
                    return reports;
                }
                reports.add(new Report.Usage(usage(execution, node, node.model(), now, tookMs, random)));
            }
            reports.add(nodeChanged(execution, now, node, NodeStatus.COMPLETED, tookMs, null));
        }
        reports.add(changed(execution, now, Status.COMPLETED, now.toEpochMilli() - began.toEpochMilli(), null));
        return reports;
    }

    private static Report changed(
            Execution execution, Instant time, Status status, @Nullable Long durationMs, @Nullable String error) {
        return new Report.Change(new ExecutionChanged(execution, time, status, durationMs, error, Totals.NONE));
    }

    private static Report nodeChanged(
            Execution execution,
            Instant time,
            Node node,
            NodeStatus status,
            @Nullable Long durationMs,
            @Nullable String error) {
        return new Report.Change(
                new NodeChanged(execution, time, node.id(), node.type(), "", status, 1, durationMs, error, 0, 0));
    }

    private static UsageEvent usage(
            Execution execution, Node node, String model, Instant time, long durationMs, SplittableRandom random) {
        return new UsageEvent(
                execution.id() + "/" + node.id(),
                SOURCE,
                time,
                new TokenUsage(
                        execution.userId(),
                        execution.teamId(),
                        model,
                        null,
                        ExecutionType.WORKFLOW_NODE,
                        null,
                        null,
                        execution.workflowId(),
                        execution.id(),
                        node.id(),
                        null,
                        null,
                        null,
                        durationMs,
                        Map.of("simulated", "true"),
                        null,
                        null,
                        TokenCounts.ofInputOutput(random.nextLong(200, 1_500), random.nextLong(20, 300))));
    }
}
