package com.promptmanage.streams.execution;

import com.promptmanage.streams.ledger.Buckets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what is older than the retention, a few rows at a time. By the wall clock or the newest arrival, whichever is earlier, so
 * that neither a wrong clock nor a record with a time of its own deletes anything.
 *
 * <p>From when on all is kept is written down before anything is deleted, and never goes back: an event from before that of an
 * execution that is not known may be the repeat of one that was counted.
 */
final class Forgetting {

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Duration REST = Duration.ofHours(1);

    private static final int PORTION = 256;

    private static final byte VERSION = 1;

    private final ExecutionStore store;

    private final Duration retention;

    private final ProcessorContext<byte[], byte[]> context;

    private long keptFromMs;

    private long lastArrivalMs;

    private long restsUntilMs;

    private @Nullable Walk walk;

    private @Nullable Cancellable portions;

    Forgetting(ExecutionStore store, Duration retention, ProcessorContext<byte[], byte[]> context) {
        this.store = store;
        this.retention = retention;
        this.context = context;
        byte[] stored = store.get(ExecutionKeys.KEPT_FROM);
        this.keptFromMs = stored == null ? 0 : new Packed.Reader(stored, VERSION).number();
        context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, this::look);
    }

    void arrived(long arrivalMs) {
        lastArrivalMs = Math.max(lastArrivalMs, arrivalMs);
    }

    /** What is known of executions that ended before may be gone. */
    long keptFromMs() {
        return keptFromMs;
    }

    /** The rows before may be gone. */
    int keptFromQuarter() {
        return Buckets.quarter(keptFromMs);
    }

    private void look(long wallMs) {
        if (walk != null || lastArrivalMs == 0 || wallMs < restsUntilMs) {
            return;
        }
        long keepFromMs = Math.min(wallMs, lastArrivalMs) - retention.toMillis();
        if (keepFromMs > keptFromMs) {
            keptFromMs = keepFromMs;
            store.put(
                    ExecutionKeys.KEPT_FROM,
                    new Packed.Writer(VERSION).number(keepFromMs).bytes());
        }
        walk = new Walk();
        portions = context.schedule(PAUSE, PunctuationType.WALL_CLOCK_TIME, this::portion);
    }

    private void portion(long wallMs) {
        Walk current = walk;
        if (current != null && current.isDoneAfter(PORTION)) {
            walk = null;
            restsUntilMs = wallMs + REST.toMillis();
            if (portions != null) {
                portions.cancel();
            }
        }
    }

    /** Once over everything. */
    private final class Walk {

        private final long beforeMs = keptFromMs;

        private byte[] next = ExecutionKeys.startOf(ExecutionKeys.EXECUTIONS);

        private byte[] end = ExecutionKeys.after(next);

        private boolean isDoneAfter(int portion) {
            List<byte[]> keys = store.keys(next, end, portion);
            keys.forEach(this::look);
            if (keys.size() == portion) {
                byte[] last = keys.getLast();
                next = Arrays.copyOf(last, last.length + 1);
                return false;
            }
            boolean isInRows = end[0] > ExecutionKeys.ROWS;
            next = ExecutionKeys.startOf(ExecutionKeys.ROWS);
            end = ExecutionKeys.after(next);
            return isInRows;
        }

        private void look(byte[] key) {
            byte[] stored = store.get(key);
            if (stored == null) {
                return;
            }
            if (key[0] == ExecutionKeys.ROWS) {
                if (ExecutionKeys.quarterOf(key) < Buckets.quarter(beforeMs)) {
                    store.put(key, null);
                }
            } else if (ExecutionFacts.decode(stored).latestMs() < beforeMs) {
                store.put(key, null);
                store.beginningWith(ExecutionKeys.nodesOf(key)).keySet().forEach(node -> store.put(node.get(), null));
            }
        }
    }
}
