package com.promptmanage.streams.meter;

import com.promptmanage.streams.budget.Thresholds;
import com.promptmanage.streams.ledger.Amounts;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period.Window;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A budget at work: its counters on the heap, which can be made anew from the rows at any time. */
final class MeteredBudget {

    /** Windows are few and asked for in runs, so the last ones are remembered. */
    private static final int WINDOWS_REMEMBERED = 8;

    private static final int COUNTERS_MAX = 100_000;

    private final Budget budget;

    private final Thresholds thresholds;

    private final int dimension;

    /** The number of the one value that is limited; −1 for each by itself. */
    private final int onlyValue;

    private final boolean countsTokens;

    private final NumberMap<Counter> counters = new NumberMap<>();

    private final List<Window> windows = new ArrayList<>();

    private Window last = new Window(0, 0);

    /** What one value has spent in one window, and which thresholds it has passed. */
    static final class Counter {

        final int value;

        final Window window;

        long spent;

        /** A set of bits by the threshold's index. */
        int passed;

        Counter(int value, Window window) {
            this.value = value;
            this.window = window;
        }
    }

    MeteredBudget(Budget budget, int dimension, int onlyValue) {
        this.budget = budget;
        this.thresholds = new Thresholds(budget);
        this.dimension = dimension;
        this.onlyValue = onlyValue;
        this.countsTokens = budget.limit() instanceof Limit.Tokens;
    }

    Budget budget() {
        return budget;
    }

    Thresholds thresholds() {
        return thresholds;
    }

    int dimension() {
        return dimension;
    }

    int onlyValue() {
        return onlyValue;
    }

    /** What an event adds to the budget, in its unit. */
    long partOf(long[] amounts) {
        return countsTokens ? tokens(amounts) : amounts[Amounts.COST_NANO_USD];
    }

    Window windowAt(long epochMs) {
        if (last.contains(epochMs)) {
            return last;
        }
        for (Window window : windows) {
            if (window.contains(epochMs)) {
                last = window;
                return window;
            }
        }
        if (windows.size() == WINDOWS_REMEMBERED) {
            windows.removeFirst();
        }
        last = budget.period().windowAt(epochMs);
        windows.add(last);
        return last;
    }

    @Nullable
    Counter counter(int value, Window window) {
        return counters.get(value, Buckets.quarter(window.startMs()));
    }

    void remember(Counter counter) {
        if (counters.size() >= COUNTERS_MAX) {
            counters.clear();
        }
        counters.put(counter.value, Buckets.quarter(counter.window.startMs()), counter);
    }

    private static long tokens(long[] amounts) {
        long tokens = 0;
        for (int i = Amounts.TOKENS; i < Amounts.WIDTH; i++) {
            tokens += amounts[i];
        }
        return tokens;
    }
}
