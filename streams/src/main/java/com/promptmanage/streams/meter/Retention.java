package com.promptmanage.streams.meter;

import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.OldRows;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * Lets go of what is too old: rows, passed thresholds, and events whose price never came. It goes over the state again and
 * again, a few keys between other work, and writes deletions like all else, in the commit of the moment.
 *
 * <p>Rows stay for the retention and for the longest window of a budget besides: an event that is as late as it may be is
 * charged to a window that may have begun so much earlier, and must find all of it.
 *
 * <p>How old something is goes by the wall clock, or by when the last event arrived if that was earlier: so neither a clock
 * that is wrong nor a record with a time of its own deletes anything.
 */
final class Retention {

    /** A year, and that a month of rows goes as a whole. */
    private static final Duration WINDOW_MAX = Duration.ofDays(400);

    /** An event may be a day later than the retention, and its price later by a moment. */
    private static final Duration LATENESS = Duration.ofDays(2);

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Duration REST = Duration.ofHours(6);

    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Keys looked at in one go. */
    private static final int PORTION = 200;

    private final LedgerStore ledger;

    private final Accounts accounts;

    private final MeterCounts counts;

    private final Duration retention;

    private final ProcessorContext<byte[], byte[]> context;

    private long lastArrivalMs;

    private long restsUntilMs;

    private @Nullable Pass pass;

    private @Nullable Cancellable portions;

    Retention(
            LedgerStore ledger,
            Accounts accounts,
            MeterCounts counts,
            Duration retention,
            ProcessorContext<byte[], byte[]> context) {
        this.ledger = ledger;
        this.accounts = accounts;
        this.counts = counts;
        this.retention = retention;
        this.context = context;
        context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, this::look);
    }

    /** An event has arrived. */
    void arrived(long arrivalMs) {
        lastArrivalMs = Math.max(lastArrivalMs, arrivalMs);
    }

    /** Whether an event is too old to be charged any more, although it came in time: its price did not. */
    boolean isPast(long timeMs) {
        long nowMs = Math.min(context.currentSystemTimeMs(), lastArrivalMs);
        return timeMs < nowMs - retention.plus(LATENESS).toMillis();
    }

    private void look(long wallMs) {
        long nowMs = Math.min(wallMs, lastArrivalMs);
        if (pass == null && lastArrivalMs > 0 && wallMs >= restsUntilMs) {
            pass = new Pass(nowMs);
            portions = context.schedule(PAUSE, PunctuationType.WALL_CLOCK_TIME, this::portion);
        }
    }

    private void portion(long wallMs) {
        Pass current = pass;
        if (current != null && current.isDoneAfter(PORTION)) {
            pass = null;
            restsUntilMs = wallMs + REST.toMillis();
            if (portions != null) {
                portions.cancel();
            }
        }
    }

    /** Once over everything. */
    private final class Pass {

        private final long waitsFromMs;

        private final long keptFromMs;

        private final Walk lifetimes = new Walk(StateKeys.allLifetimes(), StateKeys.afterAllLifetimes());

        private final Walk passed = new Walk(StateKeys.allPassed(), StateKeys.afterAllPassed());

        private final Walk held = new Walk(StateKeys.allHeld(), StateKeys.afterAllHeld());

        private byte[] account = {};

        private @Nullable OldRows oldRows;

        /** The account whose thresholds were looked at last; empty if it is to be asked for its budgets anew. */
        private byte[] limited = {};

        private List<Budget> budgets = List.of();

        private Pass(long nowMs) {
            waitsFromMs = nowMs - retention.toMillis();
            keptFromMs = waitsFromMs - WINDOW_MAX.toMillis();
        }

        private boolean isDoneAfter(int portion) {
            int left = portion;
            // Between two portions budgets change.
            limited = new byte[0];
            while (left > 0) {
                OldRows rows = oldRows;
                byte[] key;
                if (rows != null) {
                    left -= rows.drop(accounts.of(account), left);
                    oldRows = rows.isDone() ? null : rows;
                } else if ((key = lifetimes.next()) != null) {
                    left--;
                    keepLess(key);
                } else if ((key = passed.next()) != null) {
                    left--;
                    dropPassed(key);
                } else if ((key = held.next()) != null) {
                    left--;
                    dropHeld(key);
                } else {
                    return true;
                }
            }
            return false;
        }

        private void keepLess(byte[] lifetimeKey) {
            int keptFrom = Buckets.quarter(keptFromMs);
            if (StateKeys.extent(ledger.get(lifetimeKey)).firstQuarter() >= keptFrom) {
                return;
            }
            account = StateKeys.lifetimeAccount(lifetimeKey);
            MeteredAccount metered = accounts.of(account);
            int monthStart = metered.buckets().monthStart(metered.buckets().month(keptFrom));
            if (monthStart > metered.keptFromQuarter()) {
                metered.keepFrom(monthStart);
            }
            // Also if it is where it was: a pass that was broken off has left rows.
            oldRows = new OldRows(ledger, account);
        }

        private void dropPassed(byte[] key) {
            byte[] stored = ledger.get(key);
            long startMs = StateKeys.passedWindowStartMs(key);
            if (stored != null && ((startMs > 0 && startMs < keptFromMs) || !isOfBudget(key, stored))) {
                ledger.put(key, null);
            }
        }

        /** A budget that was changed has a new version and passes its thresholds anew. */
        private boolean isOfBudget(byte[] key, byte[] stored) {
            byte[] name = StateKeys.passedAccount(key);
            if (!Arrays.equals(name, limited)) {
                byte[] definitions = ledger.get(StateKeys.budgets(name));
                limited = name;
                budgets = definitions == null ? List.of() : BudgetCodec.readAll(definitions);
            }
            String id = StateKeys.passedBudgetId(key);
            long version = BudgetKeeper.passedVersion(stored);
            return budgets.stream().anyMatch(budget -> budget.id().equals(id) && budget.version() == version);
        }

        private void dropHeld(byte[] key) {
            if (StateKeys.heldArrivalMs(key) < waitsFromMs && ledger.get(key) != null) {
                ledger.put(key, null);
                counts.abandoned.increment();
            }
        }
    }

    /** Goes over the committed keys of a section of the state. */
    private final class Walk {

        private final Deque<byte[]> ahead = new ArrayDeque<>();

        private final byte[] end;

        private byte @Nullable [] from;

        private Walk(byte[] start, byte[] end) {
            from = start;
            this.end = end;
        }

        /** Null at the end. */
        byte @Nullable [] next() {
            if (ahead.isEmpty() && from != null) {
                ledger.scan(from, end, PORTION, (key, value) -> ahead.add(key));
                from = ahead.size() < PORTION ? null : LedgerStore.after(ahead.getLast());
            }
            return ahead.poll();
        }
    }
}
