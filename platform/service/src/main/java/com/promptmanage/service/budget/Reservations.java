package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * What the calls of this process may use of each budget that does not know it yet: of those under way, and of those that ended less
 * than {@link #SETTLING} ago. Nothing is kept of any other, nor of budgets that do not block. Safe for use by several threads, none of
 * which waits for anything here.
 */
public final class Reservations {

    /**
     * How long after its end a call may be missing in an answer: three seconds until it is told to Kafka, counted and committed, and
     * as long as an answer may be on its way.
     */
    public static final Duration SETTLING = Duration.ofSeconds(3).plus(BudgetClient.ANSWER_MAX);

    /** 140,000 USD, or as many billion tokens, of one call: of what is more, so much, so that no sum overflows. */
    private static final long AMOUNT_MAX = Long.MAX_VALUE >> 16;

    private static final Result NOTHING = new Result.Reserved(Reservation.NONE);

    private final LongSupplier nanoTime;

    private final Map<Share.Key, Amounts> reserved = new HashMap<>();

    /** In the order of their ends. */
    private final Queue<Ended> ended = new ArrayDeque<>();

    /** What came of it. */
    public sealed interface Result {

        /** @param reservation {@link Reservation#NONE} if the call counts toward no budget that blocks */
        record Reserved(Reservation reservation) implements Result {}

        /**
         * The call does not fit beside what is reserved, though it would by itself.
         *
         * @param share the first budget of which that is so
         */
        record TooLittleLeft(Share share) implements Result {}
    }

    private record Amounts(long calls, long nanoUsd, long tokens) {

        private static final Amounts NONE = new Amounts(0, 0, 0);

        static Amounts ofCall(long nanoUsd, long tokens) {
            return new Amounts(1, Math.clamp(nanoUsd, 0, AMOUNT_MAX), Math.clamp(tokens, 0, AMOUNT_MAX));
        }

        Amounts plus(Amounts other) {
            return new Amounts(calls + other.calls, nanoUsd + other.nanoUsd, tokens + other.tokens);
        }

        Amounts minus(Amounts other) {
            return new Amounts(calls - other.calls, nanoUsd - other.nanoUsd, tokens - other.tokens);
        }
    }

    private record Ended(long atNanos, List<Share.Key> keys, Amounts amounts) {}

    /** @param nanoTime as {@link System#nanoTime} tells it */
    public Reservations(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Reserves what a call may use of the budgets that block and have allowed it by themselves. Whether it fits is looked at and
     * reserved in one step. A cost that is not known reserves no money, and fits while something is left.
     *
     * @param answer which allows the call, as the API describes it
     * @param tokens that it may use at most
     */
    public Result reserve(Account account, JsonNode answer, long tokens) {
        List<Share> shares = Share.blocking(account, answer.path("budgets"));
        return shares.isEmpty() ? NOTHING : reserve(shares, Share.whole(answer.path("estimatedCostNanoUsd")), tokens);
    }

    private synchronized Result reserve(List<Share> shares, OptionalLong costNanoUsd, long tokens) {
        settle();
        for (Share share : shares) {
            Amounts others = reserved.getOrDefault(share.key(), Amounts.NONE);
            if (others.calls() > 0
                    && (isShort(share.leftNanoUsd(), others.nanoUsd(), costNanoUsd)
                            || isShort(share.leftTokens(), others.tokens(), OptionalLong.of(tokens)))) {
                return new Result.TooLittleLeft(share);
            }
        }
        var own = Amounts.ofCall(costNanoUsd.orElse(0), tokens);
        List<Share.Key> keys = shares.stream().map(Share::key).toList();
        keys.forEach(key -> add(key, own));
        return new Result.Reserved(new Entry(keys, own));
    }

    /** What costs nothing always fits; of what may cost anything, something has to be left. */
    private static boolean isShort(OptionalLong left, long others, OptionalLong own) {
        if (left.isEmpty() || (own.isPresent() && own.getAsLong() == 0)) {
            return false;
        }
        return own.isPresent() ? others > left.getAsLong() - own.getAsLong() : others >= left.getAsLong();
    }

    /** Ended twice it must not give back what others have reserved. */
    private final class Entry implements Reservation {

        private final List<Share.Key> keys;

        private final Amounts estimate;

        private boolean isEnded;

        Entry(List<Share.Key> keys, Amounts estimate) {
            this.keys = keys;
            this.estimate = estimate;
        }

        @Override
        public void end() {
            hold(estimate);
        }

        @Override
        public void end(OptionalLong costNanoUsd, long tokens) {
            hold(Amounts.ofCall(costNanoUsd.orElse(estimate.nanoUsd()), tokens));
        }

        @Override
        public void release() {
            synchronized (Reservations.this) {
                settle();
                if (!isEnded) {
                    isEnded = true;
                    keys.forEach(key -> take(key, estimate));
                }
            }
        }

        private void hold(Amounts used) {
            synchronized (Reservations.this) {
                settle();
                if (!isEnded) {
                    isEnded = true;
                    keys.forEach(key -> {
                        add(key, used);
                        take(key, estimate);
                    });
                    ended.add(new Ended(nanoTime.getAsLong(), keys, used));
                }
            }
        }
    }

    private void settle() {
        long now = nanoTime.getAsLong();
        while (!ended.isEmpty() && now - ended.element().atNanos() > SETTLING.toNanos()) {
            Ended settled = ended.remove();
            settled.keys().forEach(key -> take(key, settled.amounts()));
        }
    }

    private void add(Share.Key key, Amounts amounts) {
        reserved.put(key, reserved.getOrDefault(key, Amounts.NONE).plus(amounts));
    }

    private void take(Share.Key key, Amounts amounts) {
        Amounts left = reserved.getOrDefault(key, Amounts.NONE).minus(amounts);
        if (left.calls() == 0) {
            reserved.remove(key);
        } else {
            reserved.put(key, left);
        }
    }
}
