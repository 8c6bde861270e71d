package com.promptmanage.runner.budget;

import com.promptmanage.runner.work.BudgetGate.Reservation;
import com.promptmanage.service.budget.BudgetClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * What the calls of this process may use of each budget that does not know it yet: of those under way, and of those that ended less
 * than {@link #SETTLING} ago. Safe for use by several threads, none of which waits for anything here.
 */
final class Reservations {

    /**
     * How long after its end a call may be missing in an answer: three seconds until it is told to Kafka, counted and committed, and
     * as long as an answer may be on its way.
     */
    static final Duration SETTLING = Duration.ofSeconds(3).plus(BudgetClient.ANSWER_MAX);

    private final LongSupplier nanoTime;

    private final Map<Key, Amounts> reserved = new HashMap<>();

    /** In the order of their ends. */
    private final Queue<Ended> ended = new ArrayDeque<>();

    /** @param value of a budget that is for each value of its dimension */
    record Key(String account, String id, String value) {}

    /**
     * A budget that a call counts toward.
     *
     * @param leftNanoUsd as the budget knows; empty if it is not of money, or does not block
     * @param leftTokens as the budget knows; empty if it is not of tokens, or does not block
     */
    record Share(Key key, OptionalLong leftNanoUsd, OptionalLong leftTokens) {}

    private record Amounts(long calls, long nanoUsd, long tokens) {

        private static final Amounts NONE = new Amounts(0, 0, 0);

        Amounts plus(Amounts other) {
            return new Amounts(calls + other.calls, nanoUsd + other.nanoUsd, tokens + other.tokens);
        }

        Amounts minus(Amounts other) {
            return new Amounts(calls - other.calls, nanoUsd - other.nanoUsd, tokens - other.tokens);
        }
    }

    private record Ended(long atNanos, List<Key> keys, Amounts amounts) {}

    /** @param nanoTime as {@link System#nanoTime} tells it */
    Reservations(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Reserves what a call may use of the budgets, which have allowed it by themselves.
     *
     * @param costNanoUsd empty if it is not known, which reserves no money
     * @return empty if it does not fit beside what is reserved of one of them
     */
    synchronized Optional<Reservation> reserve(List<Share> shares, OptionalLong costNanoUsd, long tokens) {
        settle();
        for (Share share : shares) {
            Amounts others = reserved.getOrDefault(share.key(), Amounts.NONE);
            if (others.calls() > 0
                    && (isShort(share.leftNanoUsd(), others.nanoUsd(), costNanoUsd)
                            || isShort(share.leftTokens(), others.tokens(), OptionalLong.of(tokens)))) {
                return Optional.empty();
            }
        }
        var own = new Amounts(1, costNanoUsd.orElse(0), tokens);
        List<Key> keys = shares.stream().map(Share::key).toList();
        keys.forEach(key ->
                reserved.put(key, reserved.getOrDefault(key, Amounts.NONE).plus(own)));
        return Optional.of(new Held(keys, own));
    }

    /** What costs nothing always fits; of what may cost anything, something has to be left. */
    private static boolean isShort(OptionalLong left, long others, OptionalLong own) {
        if (left.isEmpty() || (own.isPresent() && own.getAsLong() == 0)) {
            return false;
        }
        return own.isPresent() ? others > left.getAsLong() - own.getAsLong() : others >= left.getAsLong();
    }

    /** Ended twice it must not give back what others have reserved. */
    private final class Held implements Reservation {

        private final List<Key> keys;

        private final Amounts amounts;

        private boolean isEnded;

        Held(List<Key> keys, Amounts amounts) {
            this.keys = keys;
            this.amounts = amounts;
        }

        @Override
        public void end() {
            synchronized (Reservations.this) {
                settle();
                if (!isEnded) {
                    isEnded = true;
                    ended.add(new Ended(nanoTime.getAsLong(), keys, amounts));
                }
            }
        }
    }

    private void settle() {
        long now = nanoTime.getAsLong();
        while (!ended.isEmpty() && now - ended.element().atNanos() > SETTLING.toNanos()) {
            Ended settled = ended.remove();
            settled.keys().forEach(key -> release(key, settled.amounts()));
        }
    }

    private void release(Key key, Amounts amounts) {
        Amounts left = reserved.getOrDefault(key, Amounts.NONE).minus(amounts);
        if (left.calls() == 0) {
            reserved.remove(key);
        } else {
            reserved.put(key, left);
        }
    }
}
