package com.promptmanage.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.ExecutionReads.WorkflowFigures;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random executions, told in any order and more than once, and to processes that come and go, against a plain account of what they came to. */
class ExecutionsOracleTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private static final List<String> TEAMS = List.of("acme", "acme2");

    private static final ZoneId ZONE = ZoneId.of("Asia/Kathmandu");

    private record Told(int number, ExecutionChange change) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatCountsIsWhatHappenedWhateverTheOrder(long seed) {
        var random = new Random(seed);
        List<List<Told>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(execution("exe_" + i, random));
        }
        var sent = new ArrayList<Told>();
        all.forEach(sent::addAll);
        List<Told> repeats =
                sent.stream().filter(told -> random.nextInt(3) == 0).toList();
        sent.addAll(repeats);
        // As the outbox does it most of the time, with a part told again; or in no order at all.
        if (seed % 2 == 0) {
            Collections.shuffle(sent, random);
        }

        try (var executions = new ExecutionsDriver(NOW)) {
            for (Told told : sent) {
                executions.send(told.number(), told.change());
                if (random.nextInt(100) == 0) {
                    executions.restart();
                }
            }
            for (String team : TEAMS) {
                for (String workflow : List.of("wf_1", "wf_2")) {
                    Instant from = NOW.minus(Duration.ofDays(random.nextInt(1, 6)));
                    Instant to = NOW.minus(Duration.ofDays(random.nextInt(2)));
                    check(executions, all, team, workflow, quarter(from), quarter(to));
                }
            }
            assertThat(executions.counts().rejected.sum()).isZero();
        }
    }

    private static void check(
            ExecutionsDriver executions, List<List<Told>> all, String team, String workflow, Instant from, Instant to) {
        RunFigures total = RunFigures.NONE;
        Map<LocalDate, RunFigures> days = new TreeMap<>();
        Map<String, RunFigures> nodes = new TreeMap<>();
        var durations = new ArrayList<Long>();
        for (List<Told> execution : all) {
            Execution about = execution.getFirst().change().execution();
            Instant queued = execution.getFirst().change().time();
            if (!team.equals(about.teamId())
                    || !workflow.equals(about.workflowId())
                    || quarter(queued).isBefore(from)
                    || !quarter(queued).isBefore(to)) {
                continue;
            }
            Map<String, NodeChanged> newest = new HashMap<>();
            ExecutionChanged last = null;
            for (Told told : execution) {
                switch (told.change()) {
                    case ExecutionChanged changed -> last = changed;
                    case NodeChanged changed -> newest.put(changed.nodeId() + " in " + changed.scope(), changed);
                }
            }
            if (last == null) {
                throw new AssertionError("each begins with one");
            }
            RunFigures figures = RunFigures.ofOne(
                    last.status().value(),
                    last.totals().tokens(),
                    last.totals().costNanoUsd(),
                    optional(last.durationMs()));
            if (last.durationMs() != null) {
                durations.add(last.durationMs());
            }
            total = total.plus(figures);
            days.merge(quarter(queued).atZone(ZONE).toLocalDate(), figures, RunFigures::plus);
            newest.values()
                    .forEach(node -> nodes.merge(
                            node.nodeId(),
                            RunFigures.ofOne(
                                    node.status().value(),
                                    node.tokens(),
                                    node.costNanoUsd(),
                                    optional(node.durationMs())),
                            RunFigures::plus));
        }

        Account account = Account.team(team);
        WorkflowFigures told =
                executions.reads().workflow(account, workflow, from.toEpochMilli(), to.toEpochMilli(), ZONE);
        assertThat(told.total()).isEqualTo(total);
        assertThat(told.nodes()).isEqualTo(nodes);
        var toldDays = new TreeMap<LocalDate, RunFigures>();
        told.days().forEach((day, figures) -> toldDays.put(day, figures.executions()));
        assertThat(toldDays).isEqualTo(days);
        assertThat(executions
                        .reads()
                        .workflows(account, from.toEpochMilli(), to.toEpochMilli())
                        .getOrDefault(workflow, RunFigures.NONE))
                .isEqualTo(total);
        Collections.sort(durations);
        if (!durations.isEmpty()) {
            long exact = durations.get(Math.ceilDiv(durations.size() * 950, 1000) - 1);
            assertThat(Math.abs(told.total().durations().quantile(950).orElseThrow() - exact) * 64)
                    .isLessThanOrEqualTo(exact);
        }
    }

    private static List<Told> execution(String id, Random random) {
        var execution = new Execution(
                id, random.nextBoolean() ? "wf_1" : "wf_2", 1, "ada", TEAMS.get(random.nextInt(TEAMS.size())), false);
        var changes = new ArrayList<Told>();
        Instant time = NOW.minusSeconds(random.nextInt(5 * 86_400));
        int number = 0;
        changes.add(new Told(++number, changed(execution, time, Status.QUEUED, null, 0)));
        int steps = random.nextInt(12);
        long tokens = 0;
        for (int i = 0; i < steps; i++) {
            // Another process may have another clock.
            time = time.plusMillis(random.nextInt(2_000_000) - 1_000);
            time = time.isAfter(NOW) ? NOW : time;
            if (random.nextInt(4) == 0) {
                Status status = one(List.of(Status.values()), random);
                Long ms = status.isEnd() ? (Long) random.nextLong(10_000_000) : null;
                changes.add(new Told(++number, changed(execution, time, status, ms, tokens)));
            } else {
                NodeStatus status = one(List.of(NodeStatus.values()), random);
                boolean isOver = status == NodeStatus.COMPLETED || status == NodeStatus.FAILED;
                tokens += random.nextInt(1_000);
                changes.add(new Told(
                        ++number,
                        new NodeChanged(
                                execution,
                                time,
                                "node" + random.nextInt(3),
                                "prompt",
                                random.nextBoolean() ? "" : "each[" + random.nextInt(2) + "]",
                                status,
                                1,
                                isOver ? (Long) random.nextLong(100_000) : null,
                                null,
                                random.nextInt(1_000),
                                random.nextInt(1_000))));
            }
        }
        return changes;
    }

    private static ExecutionChanged changed(
            Execution execution, Instant time, Status status, @Nullable Long ms, long tokens) {
        return new ExecutionChanged(execution, time, status, ms, null, new Totals(0, 0, 0, tokens, tokens * 7));
    }

    private static <T> T one(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static Instant quarter(Instant time) {
        return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), 900_000L) * 900_000L);
    }

    private static OptionalLong optional(@Nullable Long ms) {
        return ms == null ? OptionalLong.empty() : OptionalLong.of(ms);
    }
}
