package com.promptmanage.streams.answer;

import com.promptmanage.streams.execution.ExecutionKeys;
import com.promptmanage.streams.execution.ExecutionStore;
import com.promptmanage.streams.execution.FigureRow;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

/** Answers from the committed rows of one partition. */
public final class StoredExecutionReads implements ExecutionReads {

    private final ExecutionStore store;

    public StoredExecutionReads(ExecutionStore store) {
        this.store = store;
    }

    @Override
    public Map<String, RunFigures> workflows(Account account, long fromMs, long toMs) {
        var quarters = new Quarters(fromMs, toMs);
        return store.atOneCommit(() -> {
            Map<String, RunFigures> workflows = new LinkedHashMap<>();
            byte[] end = ExecutionKeys.after(ExecutionKeys.rowsOf(account.value()));
            Optional<byte[]> next = first(ExecutionKeys.rowsOf(account.value()), end);
            while (next.isPresent()) {
                String workflow = ExecutionKeys.textsOfRow(next.get()).get(1);
                RunFigures figures = sum(ExecutionKeys.rows(account.value(), workflow, ""), quarters);
                if (!figures.equals(RunFigures.NONE)) {
                    workflows.put(workflow, figures);
                }
                next = first(ExecutionKeys.after(ExecutionKeys.rowsOf(account.value(), workflow)), end);
            }
            return workflows;
        });
    }

    @Override
    public WorkflowFigures workflow(Account account, String workflowId, long fromMs, long toMs, ZoneId zone) {
        var quarters = new Quarters(fromMs, toMs);
        return store.atOneCommit(() -> {
            var days = new Days(zone);
            Map<String, RunFigures> nodes = new TreeMap<>();
            byte[] prefix = ExecutionKeys.rowsOf(account.value(), workflowId);
            byte[] end = ExecutionKeys.after(prefix);
            Optional<byte[]> next = first(prefix, end);
            while (next.isPresent()) {
                String node = ExecutionKeys.textsOfRow(next.get()).get(2);
                byte[] rows = ExecutionKeys.rows(account.value(), workflowId, node);
                quarters.each(rows, (quarter, figures) -> {
                    if (node.isEmpty()) {
                        days.add(quarter, figures);
                    } else {
                        nodes.merge(node, figures, RunFigures::plus);
                        days.addFailures(quarter, node, figures.in("failed"));
                    }
                });
                next = first(ExecutionKeys.after(rows), end);
            }
            return new WorkflowFigures(days.figures(), nodes);
        });
    }

    /** The quarters of an hour of a range. */
    private final class Quarters {

        private final int from;

        private final int to;

        private Quarters(long fromMs, long toMs) {
            this.from = Buckets.quarter(fromMs);
            this.to = (int) Math.ceilDiv(toMs, Buckets.QUARTER_MS);
        }

        private void each(byte[] rows, BiConsumer<Integer, RunFigures> each) {
            store.scan(
                    ExecutionKeys.row(rows, from),
                    ExecutionKeys.row(rows, to),
                    Integer.MAX_VALUE,
                    (key, stored) -> each.accept(ExecutionKeys.quarterOf(key), FigureRow.decode(stored)));
        }
    }

    /** Figures of quarters, gathered by the day that each begins in. */
    private static final class Days {

        private final Buckets buckets;

        private final Map<Integer, RunFigures> executions = new TreeMap<>();

        private final Map<Integer, Map<String, Long>> failures = new HashMap<>();

        private Days(ZoneId zone) {
            this.buckets = new Buckets(zone);
        }

        private void add(int quarter, RunFigures figures) {
            executions.merge(buckets.day(quarter), figures, RunFigures::plus);
        }

        private void addFailures(int quarter, String node, long count) {
            if (count > 0) {
                failures.computeIfAbsent(buckets.day(quarter), day -> new TreeMap<>())
                        .merge(node, count, Long::sum);
            }
        }

        private Map<LocalDate, DayFigures> figures() {
            Map<LocalDate, DayFigures> days = new LinkedHashMap<>();
            executions.forEach((day, figures) ->
                    days.put(LocalDate.ofEpochDay(day), new DayFigures(figures, failures.getOrDefault(day, Map.of()))));
            return days;
        }
    }

    private RunFigures sum(byte[] rows, Quarters quarters) {
        var sum = new AtomicReference<>(RunFigures.NONE);
        quarters.each(rows, (quarter, figures) -> sum.set(sum.get().plus(figures)));
        return sum.get();
    }

    private Optional<byte[]> first(byte[] from, byte[] end) {
        return store.keys(from, end, 1).stream().findFirst();
    }
}
