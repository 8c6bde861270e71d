package com.promptmanage.streams.meter;

import com.promptmanage.streams.budget.AlertId;
import com.promptmanage.streams.budget.Thresholds;
import com.promptmanage.streams.ledger.Amounts;
import com.promptmanage.streams.ledger.Cover;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.meter.MeteredBudget.Counter;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period.Window;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Charges events to budgets and raises an alert for each threshold that is newly reached.
 *
 * <p>A counter is the sum of the rows of its window: it is made from them when it is first needed, and again after a
 * restart. Only which thresholds were passed is stored by itself, in the same transaction as the alert.
 */
final class BudgetKeeper {

    private static final byte PASSED_VERSION = 1;

    private final LedgerStore ledger;

    private final Pricing pricing;

    private final Consumer<BudgetAlert> alerts;

    BudgetKeeper(LedgerStore ledger, Pricing pricing, Consumer<BudgetAlert> alerts) {
        this.ledger = ledger;
        this.pricing = pricing;
        this.alerts = alerts;
    }

    /**
     * Charges one event to all budgets that cover it. To be called before the event is added to the rows.
     *
     * @param values the numbers of the event's values by dimension
     * @param amounts what the event adds to rows
     * @param nowMs when the event arrived: a window that ended before is charged late
     */
    void charge(MeteredAccount account, EventValues values, long timeMs, long[] amounts, long nowMs) {
        List<MeteredBudget> budgets = account.budgets();
        for (int i = 0; i < budgets.size(); i++) {
            MeteredBudget budget = budgets.get(i);
            long part = budget.partOf(amounts);
            int value = values.of(budget.dimension());
            if (part != 0 && value >= 0 && (budget.onlyValue() < 0 || budget.onlyValue() == value)) {
                charge(account, budget, value, timeMs, part, nowMs);
            }
        }
    }

    private void charge(MeteredAccount account, MeteredBudget budget, int value, long timeMs, long part, long nowMs) {
        Window window = budget.windowAt(timeMs);
        Counter counter = budget.counter(value, window);
        if (counter == null) {
            counter = load(account, budget, value, window);
        }
        counter.spent += part;
        // What is less than before reaches nothing.
        if (part > 0) {
            raise(account, budget, counter, timeMs, nowMs);
        }
    }

    private void raise(MeteredAccount account, MeteredBudget budget, Counter counter, long timeMs, long nowMs) {
        if (counter.window.endMs() <= budget.budget().createdMs()) {
            // Nobody had set a limit to the period while it lasted, and nothing can be done about it.
            return;
        }
        Thresholds thresholds = budget.thresholds();
        int newly = thresholds.reached(counter.spent, counter.window, nowMs) & ~counter.passed;
        if (newly == 0) {
            return;
        }
        counter.passed |= newly;
        byte[] value = ledger.names().text(counter.value);
        ledger.put(
                StateKeys.passed(budget.budget(), counter.window.startMs(), value),
                ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES)
                        .put(PASSED_VERSION)
                        .putLong(budget.budget().version())
                        .putInt(counter.passed)
                        .array());
        int raise = thresholds.toRaise(newly, counter.spent);
        for (int index = 0; raise >>> index != 0; index++) {
            if ((raise >>> index & 1) != 0) {
                alerts.accept(alert(account, budget, counter, index, timeMs, nowMs));
            }
        }
    }

    private BudgetAlert alert(
            MeteredAccount account, MeteredBudget budget, Counter counter, int index, long timeMs, long nowMs) {
        Budget definition = budget.budget();
        String value = definition.dimension().kind() == Dimension.Kind.ACCOUNT
                ? account.account().value()
                : new String(ledger.names().text(counter.value), StandardCharsets.UTF_8);
        return new BudgetAlert(
                AlertId.of(definition, value, counter.window, index),
                definition,
                value,
                budget.thresholds().get(index),
                Instant.ofEpochMilli(counter.window.startMs()),
                Instant.ofEpochMilli(counter.window.endMs()),
                counter.spent,
                Thresholds.project(counter.spent, counter.window, nowMs),
                Instant.ofEpochMilli(timeMs),
                counter.window.endMs() <= nowMs);
    }

    /**
     * Takes over an account's definitions. Those that are new or changed are evaluated at once: what is already spent in
     * the window that holds the present may have reached a threshold, and in the window in which the definitions came, if
     * that is over by now: it was not when they were made.
     */
    void define(MeteredAccount account, List<Budget> definitions, long arrivalMs, long nowMs) {
        List<MeteredBudget> before = account.budgets();
        var after = new ArrayList<MeteredBudget>();
        for (Budget definition : definitions) {
            after.add(metered(account, definition));
        }
        // Only now: an evaluation may meet very many values, and tags must have their numbers before.
        for (MeteredBudget budget : after) {
            if (before.stream().noneMatch(old -> old.budget().equals(budget.budget()))) {
                if (arrivalMs < budget.windowAt(nowMs).startMs()) {
                    evaluate(account, budget, arrivalMs, nowMs);
                }
                evaluate(account, budget, nowMs, nowMs);
            }
        }
        account.limitBy(List.copyOf(after));
    }

    /**
     * Takes over definitions that were evaluated before: after a restart. Only what limits a model that counts under another
     * name than the budget's is evaluated again: the model may have it since, and nobody was at work on the account then.
     */
    void resume(MeteredAccount account, List<Budget> definitions, long nowMs) {
        var budgets = new ArrayList<MeteredBudget>();
        for (Budget definition : definitions) {
            budgets.add(metered(account, definition));
        }
        for (MeteredBudget budget : budgets) {
            if (isOfAnotherName(budget)) {
                evaluate(account, budget, nowMs, nowMs);
            }
        }
        account.limitBy(List.copyOf(budgets));
    }

    private boolean isOfAnotherName(MeteredBudget budget) {
        Budget definition = budget.budget();
        return definition.dimension().kind() == Dimension.Kind.MODEL
                && !definition.isForEach()
                && budget.onlyValue()
                        != ledger.names().number(definition.value().getBytes(StandardCharsets.UTF_8));
    }

    /** Models may have other names now: a budget of one limits it under the name that its usage counts under. */
    void rename(MeteredAccount account, long nowMs) {
        var after = new ArrayList<MeteredBudget>();
        for (MeteredBudget budget : account.budgets()) {
            if (onlyValue(account, budget.budget()) == budget.onlyValue()) {
                after.add(budget);
            } else {
                MeteredBudget renamed = metered(account, budget.budget());
                after.add(renamed);
                evaluate(account, renamed, nowMs, nowMs);
            }
        }
        account.limitBy(List.copyOf(after));
    }

    private MeteredBudget metered(MeteredAccount account, Budget definition) {
        Names names = ledger.names();
        Dimension dimension = definition.dimension();
        String tag = dimension.tag();
        int tagNumber = tag == null ? Names.EMPTY : names.number(tag.getBytes(StandardCharsets.UTF_8));
        return new MeteredBudget(
                definition, LedgerStore.dimension(dimension.kind(), tagNumber), onlyValue(account, definition));
    }

    /** The number of the one value that a budget limits, or −1 for each by itself. */
    private int onlyValue(MeteredAccount account, Budget definition) {
        Dimension.Kind kind = definition.dimension().kind();
        if (kind == Dimension.Kind.ACCOUNT) {
            return Names.EMPTY;
        }
        if (definition.isForEach()) {
            return -1;
        }
        return kind == Dimension.Kind.MODEL
                ? pricing.countedAs(account, definition.value())
                : ledger.names().number(definition.value().getBytes(StandardCharsets.UTF_8));
    }

    /** Holds a budget against what was spent in the window of a time. */
    private void evaluate(MeteredAccount account, MeteredBudget budget, long timeMs, long nowMs) {
        Window window = budget.windowAt(timeMs);
        List<Cover.Run> runs = cover(account, window);
        if (budget.onlyValue() >= 0) {
            long[] sums = new long[Amounts.WIDTH];
            ledger.sum(account.number(), budget.dimension(), budget.onlyValue(), runs, sums);
            evaluate(account, budget, counter(budget, budget.onlyValue(), window, sums), timeMs, nowMs);
        } else {
            for (Map.Entry<org.apache.kafka.common.utils.Bytes, long[]> each : ledger.sumEach(
                            account.name(), budget.budget().dimension(), runs)
                    .entrySet()) {
                // What has reached nothing needs no counter, and no number, until its next event comes.
                if (budget.thresholds().reached(budget.partOf(each.getValue()), window, nowMs) != 0) {
                    int value = ledger.names().number(each.getKey().get());
                    evaluate(account, budget, counter(budget, value, window, each.getValue()), timeMs, nowMs);
                }
            }
        }
    }

    private void evaluate(MeteredAccount account, MeteredBudget budget, Counter counter, long timeMs, long nowMs) {
        counter.passed = passedBefore(budget, counter);
        budget.remember(counter);
        raise(account, budget, counter, timeMs, nowMs);
    }

    private static Counter counter(MeteredBudget budget, int value, Window window, long[] sums) {
        var counter = new Counter(value, window);
        counter.spent = budget.partOf(sums);
        return counter;
    }

    /**
     * A counter as it was before the present event. What it had reached by then was either told at the time, or reached
     * in a window that was over when the budget came to be: of that, only new crossings are told.
     */
    private Counter load(MeteredAccount account, MeteredBudget budget, int value, Window window) {
        var counter = new Counter(value, window);
        long[] sums = new long[Amounts.WIDTH];
        ledger.sum(account.number(), budget.dimension(), value, cover(account, window), sums);
        counter.spent = budget.partOf(sums);
        counter.passed =
                passedBefore(budget, counter) | budget.thresholds().reached(counter.spent, window, Long.MAX_VALUE);
        budget.remember(counter);
        return counter;
    }

    private int passedBefore(MeteredBudget budget, Counter counter) {
        byte @Nullable [] stored = ledger.get(StateKeys.passed(
                budget.budget(), counter.window.startMs(), ledger.names().text(counter.value)));
        if (stored == null) {
            return 0;
        }
        return passedVersion(stored) == budget.budget().version()
                ? ByteBuffer.wrap(stored).getInt(1 + Long.BYTES)
                : 0;
    }

    /** The version of the budget whose thresholds were passed. */
    static long passedVersion(byte[] stored) {
        if (stored[0] != PASSED_VERSION) {
            throw new IllegalStateException("passed thresholds have a later format: run a newer program");
        }
        return ByteBuffer.wrap(stored).getLong(1);
    }

    /** The rows of a window that can hold anything: from the account's first event to its last. */
    private static List<Cover.Run> cover(MeteredAccount account, Window window) {
        return account.extent().cover(account.buckets(), window.startMs(), window.endMs());
    }

    /** The numbers of an event's values by dimension. One object for every event of a task. */
    static final class EventValues {

        private static final int KINDS = 128;

        private final int[] byKind = new int[KINDS];

        private final int[] tagDimensions = new int[64];

        private final int[] tagValues = new int[64];

        private int tags;

        void clear() {
            Arrays.fill(byKind, -1);
            tags = 0;
        }

        void set(Dimension.Kind kind, int value) {
            byKind[kind.code()] = value;
        }

        void setTag(int dimension, int value) {
            tagDimensions[tags] = dimension;
            tagValues[tags++] = value;
        }

        /** The value's number, or −1 if the event has none. */
        int of(int dimension) {
            if (dimension < KINDS) {
                return byKind[dimension];
            }
            for (int i = 0; i < tags; i++) {
                if (tagDimensions[i] == dimension) {
                    return tagValues[i];
                }
            }
            return -1;
        }

        int tags() {
            return tags;
        }

        /** The numbers of their names. */
        int[] tagNumbers() {
            return Arrays.stream(tagDimensions, 0, tags).map(LedgerStore::tagOf).toArray();
        }

        int tagDimension(int index) {
            return tagDimensions[index];
        }

        int tagValue(int index) {
            return tagValues[index];
        }
    }
}
