package com.promptmanage.streams.execution;

import com.promptmanage.streams.read.RunFigures;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** What one event changes, on top of the store, so that it is done as a whole or not at all. */
final class Changes {

    private final ExecutionStore store;

    private final int keptFromQuarter;

    private final Map<Bytes, byte @Nullable []> rows = new LinkedHashMap<>();

    /** @param keptFromQuarter the rows before it are gone, and stay so */
    Changes(ExecutionStore store, int keptFromQuarter) {
        this.store = store;
        this.keptFromQuarter = keptFromQuarter;
    }

    void put(byte[] key, byte[] value) {
        rows.put(Bytes.wrap(key), value);
    }

    /**
     * Replaces some of a row's figures by others.
     *
     * @throws ArithmeticException if the sums do not fit
     */
    void replace(byte[] rowsKey, int quarter, RunFigures before, RunFigures after) {
        if (quarter < keptFromQuarter || before.equals(after)) {
            return;
        }
        byte[] key = ExecutionKeys.row(rowsKey, quarter);
        byte[] stored = get(key);
        RunFigures row = stored == null ? RunFigures.NONE : FigureRow.decode(stored);
        RunFigures changed = row.minus(before).plus(after);
        rows.put(Bytes.wrap(key), changed.equals(RunFigures.NONE) ? null : FigureRow.encode(changed));
    }

    void apply() {
        rows.forEach((key, value) -> store.put(key.get(), value));
    }

    private byte @Nullable [] get(byte[] key) {
        Bytes row = Bytes.wrap(key);
        return rows.containsKey(row) ? rows.get(row) : store.get(key);
    }
}
