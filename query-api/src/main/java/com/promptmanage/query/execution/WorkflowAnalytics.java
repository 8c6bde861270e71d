package com.promptmanage.query.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.streams.read.Durations;
import com.promptmanage.streams.read.ExecutionReads.DayFigures;
import com.promptmanage.streams.read.ExecutionReads.WorkflowFigures;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The figures as they are answered.
 *
 * @param workflows of all workflows, if none is asked for
 * @param days of the one that is asked for
 * @param nodes of the one that is asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WorkflowAnalytics(
        String account,
        @Nullable String workflowId,
        Span range,
        Figures summary,
        @Nullable List<Workflow> workflows,
        @Nullable List<Day> days,
        @Nullable List<Node> nodes) {

    /** What is asked for. Rounded to quarters of an hour: that is how finely it is known. */
    record Range(Instant from, Instant to, ZoneId zone) {

        private static final long QUARTER_MS = 900_000;

        long fromMs() {
            return Math.floorDiv(from.toEpochMilli(), QUARTER_MS) * QUARTER_MS;
        }

        long toMs() {
            return Math.ceilDiv(to.toEpochMilli(), QUARTER_MS) * QUARTER_MS;
        }
    }

    record Span(String from, String to, String timezone) {

        static Span of(Range range) {
            return new Span(
                    Instant.ofEpochMilli(range.fromMs()).toString(),
                    Instant.ofEpochMilli(range.toMs()).toString(),
                    range.zone().getId());
        }
    }

    /** @param p50 and the others at most 1.6 % away from what was; null if nothing is over */
    @JsonInclude
    record TimesMs(
            @Nullable Long average,
            @Nullable Long p50,
            @Nullable Long p95,
            @Nullable Long p99) {

        static TimesMs of(RunFigures figures) {
            Durations durations = figures.durations();
            long count = durations.count();
            return new TimesMs(
                    count == 0 ? null : (Long) Ratio.average(figures.totalMs(), count),
                    orNull(durations.quantile(500)),
                    orNull(durations.quantile(950)),
                    orNull(durations.quantile(990)));
        }

        private static @Nullable Long orNull(OptionalLong ms) {
            return ms.isPresent() ? (Long) ms.getAsLong() : null;
        }
    }

    /**
     * @param byStatus how many are in each state, those left out that none is in
     * @param successRate of those that ended by themselves, from 0 to 1, as text; null if none did
     */
    @JsonInclude
    record Figures(
            long executions,
            Map<String, Long> byStatus,
            @Nullable String successRate,
            TimesMs executionTimeMs,
            long totalTokens,
            long averageTokens,
            String totalCost,
            long totalCostNanoUsd,
            String averageCost,
            long averageCostNanoUsd) {

        private static final int RATE_PLACES = 4;

        static Figures of(RunFigures figures) {
            long runs = figures.runs();
            long averageCost = Ratio.average(figures.costNanoUsd(), runs);
            return new Figures(
                    runs,
                    states(figures),
                    successRate(figures),
                    TimesMs.of(figures),
                    figures.tokens(),
                    Ratio.average(figures.tokens(), runs),
                    usd(figures.costNanoUsd()),
                    figures.costNanoUsd(),
                    usd(averageCost),
                    averageCost);
        }

        private static @Nullable String successRate(RunFigures figures) {
            long completed = figures.in("completed");
            long ended = completed + figures.in("failed") + figures.in("timeout");
            return ended == 0
                    ? null
                    : BigDecimal.valueOf(completed)
                            .divide(BigDecimal.valueOf(ended), RATE_PLACES, RoundingMode.HALF_EVEN)
                            .toPlainString();
        }
    }

    record Workflow(String workflowId, @JsonUnwrapped Figures figures) {}

    /** @param failuresByNode how many runs of each node failed; those without failures left out */
    record Day(String date, @JsonUnwrapped Figures figures, Map<String, Long> failuresByNode) {}

    @JsonInclude
    record Node(
            String nodeId,
            long runs,
            Map<String, Long> byStatus,
            TimesMs executionTimeMs,
            long tokens,
            String cost,
            long costNanoUsd) {

        static Node of(String nodeId, RunFigures figures) {
            return new Node(
                    nodeId,
                    figures.runs(),
                    states(figures),
                    TimesMs.of(figures),
                    figures.tokens(),
                    usd(figures.costNanoUsd()),
                    figures.costNanoUsd());
        }
    }

    static WorkflowAnalytics ofAll(Account account, Range range, Map<String, RunFigures> workflows) {
        return new WorkflowAnalytics(
                account.value(),
                null,
                Span.of(range),
                Figures.of(workflows.values().stream().reduce(RunFigures.NONE, RunFigures::plus)),
                workflows.entrySet().stream()
                        .map(workflow -> new Workflow(workflow.getKey(), Figures.of(workflow.getValue())))
                        .toList(),
                null,
                null);
    }

    static WorkflowAnalytics ofOne(Account account, String workflowId, Range range, WorkflowFigures figures) {
        return new WorkflowAnalytics(
                account.value(),
                workflowId,
                Span.of(range),
                Figures.of(figures.total()),
                null,
                figures.days().entrySet().stream()
                        .map(day -> {
                            DayFigures of = day.getValue();
                            return new Day(day.getKey().toString(), Figures.of(of.executions()), of.failuresByNode());
                        })
                        .toList(),
                figures.nodes().entrySet().stream()
                        .map(node -> Node.of(node.getKey(), node.getValue()))
                        .toList());
    }

    private static Map<String, Long> states(RunFigures figures) {
        var byStatus = new LinkedHashMap<String, Long>();
        for (String state : RunFigures.STATES) {
            if (figures.in(state) > 0) {
                byStatus.put(state, figures.in(state));
            }
        }
        return byStatus;
    }

    private static String usd(long nanoUsd) {
        return new NanoUsd(nanoUsd).toUsd();
    }
}
