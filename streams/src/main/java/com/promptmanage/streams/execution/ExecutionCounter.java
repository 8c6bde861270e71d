package com.promptmanage.streams.execution;

import com.promptmanage.streams.intake.RejectedRecord;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import com.promptmanage.topics.execution.ExecutionEvent;
import com.promptmanage.topics.execution.UnknownChangeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the executions of one partition come to.
 *
 * <p>Events come at least once and may come in any order. So of each execution, and of each run of its nodes, it is remembered
 * what the newest event says; the rows hold what follows from that. An event that is newer takes off what followed before and adds
 * what follows now, anything else changes nothing. What comes out depends on which events came, not on how often or when.
 */
final class ExecutionCounter implements Processor<byte[], byte[], byte[], byte[]> {

    /** Clocks of different machines differ, but not by more. */
    private static final Duration AHEAD_MAX = Duration.ofHours(1);

    private final ExecutionCounts counts;

    private final Duration retention;

    private ProcessorContext<byte[], byte[]> context;

    private ExecutionStore store;

    private Forgetting forgetting;

    /** @param retention for how long executions are counted */
    ExecutionCounter(ExecutionCounts counts, Duration retention) {
        this.counts = counts;
        this.retention = retention;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        store = processorContext.getStateStore(ExecutionStore.NAME);
        forgetting = new Forgetting(store, retention, processorContext);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        try {
            forgetting.arrived(record.timestamp());
            count(read(record));
        } catch (Rejection rejection) {
            counts.rejected.increment();
            context.forward(RejectedRecord.of(
                    record,
                    context.recordMetadata()
                            .orElseThrow(() -> new IllegalStateException("a record of a topic has its place on it")),
                    rejection));
        }
    }

    private ExecutionEvent read(Record<byte[], byte[]> record) throws Rejection {
        byte @Nullable [] value = record.value();
        if (value == null) {
            throw new Rejection(Reason.MALFORMED, "there is no value");
        }
        ExecutionEvent event;
        try {
            event = ExecutionChangeCodec.read(value);
        } catch (UnknownChangeException e) {
            throw new Rejection(Reason.UNKNOWN_VERSION, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            boolean isNoJson = e.getCause() instanceof IOException;
            throw new Rejection(isNoJson ? Reason.MALFORMED : Reason.INVALID, String.valueOf(e.getMessage()));
        }
        Account account = event.change().execution().account();
        if (!Arrays.equals(account.key(), record.key())) {
            throw new Rejection(
                    Reason.ACCOUNT_MISMATCH, "the record's key is not %s, whose execution it is".formatted(account));
        }
        Instant arrival = Instant.ofEpochMilli(record.timestamp());
        Instant time = event.change().time();
        if (time.isBefore(arrival.minus(retention)) || time.isAfter(arrival.plus(AHEAD_MAX))) {
            throw new Rejection(
                    Reason.TIME_OUT_OF_RANGE, "time %s is too far from the arrival at %s".formatted(time, arrival));
        }
        return event;
    }

    private void count(ExecutionEvent event) throws Rejection {
        String account = event.change().execution().account().value();
        byte[] key = ExecutionKeys.execution(
                account, event.source(), event.change().execution().id());
        byte[] stored = store.get(key);
        @Nullable ExecutionFacts before = stored == null ? null : ExecutionFacts.decode(stored);
        requireOneWorkflow(before, event);
        ExecutionFacts after = before == null ? ExecutionFacts.first(event) : before.with(event);
        var changes = new Changes(store, forgetting.keptFromQuarter());
        try {
            boolean isNew = !after.equals(before);
            if (isNew) {
                changes.put(key, after.encode());
                place(account, key, before, after, changes);
            }
            if (event.change() instanceof NodeChanged changed) {
                isNew |= place(account, key, changed, event.order(), after, changes);
            }
            (isNew ? counts.changes : counts.repeats).increment();
        } catch (ArithmeticException e) {
            throw new Rejection(Reason.OVERFLOW, "the workflow's sums cannot take what this execution used");
        }
        changes.apply();
    }

    /** What came before the kept time may be a repeat of what was forgotten. */
    private void requireOneWorkflow(@Nullable ExecutionFacts before, ExecutionEvent event) throws Rejection {
        if (before == null) {
            if (event.change().time().toEpochMilli() < forgetting.keptFromMs()) {
                throw new Rejection(Reason.TIME_OUT_OF_RANGE, "executions of that time are forgotten");
            }
        } else if (!before.workflowId().equals(event.change().execution().workflowId())) {
            throw new Rejection(
                    Reason.INVALID,
                    "workflowId: the execution's other events say that it is one of %s".formatted(before.workflowId()));
        }
    }

    /** Puts an execution's figures where they belong now; with its nodes', if it turns out to have begun at another time. */
    private void place(
            String account, byte[] key, @Nullable ExecutionFacts before, ExecutionFacts after, Changes changes) {
        byte[] rows = ExecutionKeys.rows(account, after.workflowId(), "");
        if (before == null || before.quarter() == after.quarter()) {
            RunFigures known = before == null ? RunFigures.NONE : before.figures();
            changes.replace(rows, after.quarter(), known, after.figures());
            return;
        }
        changes.replace(rows, before.quarter(), before.figures(), RunFigures.NONE);
        changes.replace(rows, after.quarter(), RunFigures.NONE, after.figures());
        store.beginningWith(ExecutionKeys.nodesOf(key)).forEach((nodeKey, stored) -> {
            RunFigures figures = NodeFacts.decode(stored).figures();
            byte[] nodeRows = ExecutionKeys.rows(account, after.workflowId(), ExecutionKeys.nodeOf(nodeKey.get()));
            changes.replace(nodeRows, before.quarter(), figures, RunFigures.NONE);
            changes.replace(nodeRows, after.quarter(), RunFigures.NONE, figures);
        });
    }

    /** Returns whether the event is the newest about this run of the node. */
    private boolean place(
            String account, byte[] key, NodeChanged changed, long order, ExecutionFacts execution, Changes changes) {
        byte[] nodeKey = ExecutionKeys.node(key, changed.nodeId(), changed.scope());
        byte[] stored = store.get(nodeKey);
        @Nullable NodeFacts before = stored == null ? null : NodeFacts.decode(stored);
        if (before != null && order <= before.order()) {
            return false;
        }
        NodeFacts after = NodeFacts.of(changed, order);
        changes.put(nodeKey, after.encode());
        changes.replace(
                ExecutionKeys.rows(account, execution.workflowId(), changed.nodeId()),
                execution.quarter(),
                before == null ? RunFigures.NONE : before.figures(),
                after.figures());
        return true;
    }
}
