package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.budget.EndedCalls.Ended;
import com.promptmanage.service.budget.EndedCalls.Place;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of this process may use of each budget that does not know it yet: of those under way, and of those that have ended
 * and that the budgets have not counted. Nothing is kept of any other, nor of budgets that do not block. With what those said last, it
 * also holds calls that they do not answer for. Safe for use by several threads, none of which waits for anything here.
 */
public final class Reservations {

    /**
     * How long after its end a call may be missing in an answer, if the budgets do not say how far they have counted: three seconds
     * until it is told to Kafka, counted and committed, and as long as an answer may be on its way.
     */
    public static final Duration SETTLING = Duration.ofSeconds(3).plus(BudgetClient.ANSWER_MAX);

    /** How long at most if they do say so, or if a call is not on the topic yet. */
    public static final Duration SETTLING_MAX = Duration.ofMinutes(5);

    private static final Result NOTHING = new Result.Reserved(Reservation.NONE);

    private final LongSupplier nanoTime;

    private final Map<Share.Key, Amounts> reserved = new HashMap<>();

    private final EndedCalls ended = new EndedCalls();

    private final LastTold last = new LastTold();

    /** So that it is known what was first. */
    private long turns;

    /** What came of it. */
    public sealed interface Result {

        /** @param reservation {@link Reservation#NONE} if the call counts toward no budget that blocks */
        record Reserved(Reservation reservation) implements Result {}

        /**
         * The call does not fit.
         *
         * @param share the first budget of which that is so
         * @param passes whether it would fit by itself, but not beside what is reserved; what the budgets allow does
         */
        record TooLittleLeft(Share share, boolean passes) implements Result {}
    }

    /** @param nanoTime as {@link System#nanoTime} tells it */
    public Reservations(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Remembers an answer of the budgets, whether it allows the call or not: to know what they have counted, and what they have left
     * for when they do not answer.
     *
     * @param question what they were asked, as the API describes it
     * @param answer likewise
     * @param nowMs ms since the epoch
     */
    public void hear(Account account, JsonNode question, JsonNode answer, long nowMs) {
        List<Share> shares = Share.blocking(account, answer.path("budgets"), nowMs);
        Optional<Receipt> counted = Receipt.decode(answer.path("counted").asText());
        synchronized (this) {
            long now = nanoTime.getAsLong();
            counted.ifPresent(receipt -> ended.hear(receipt, now));
            settle(now);
            last.hear(account, question, shares, counted, ++turns, now);
        }
    }

    /**
     * Reserves what a call may use of the budgets that block and have allowed it by themselves. Whether it fits is looked at and
     * reserved in one step. What has ended and is in what the answer says is left does not count once more, though other answers that
     * are on their way may be without it. A cost that is not known reserves no money, and fits while something is left.
     *
     * @param answer which allows the call, as the API describes it
     * @param tokens that it may use at most
     */
    public Result reserve(Account account, JsonNode answer, long tokens) {
        List<Share> shares = Share.blocking(account, answer.path("budgets"), 0);
        return shares.isEmpty()
                ? NOTHING
                : reserve(
                        shares,
                        Receipt.decode(answer.path("counted").asText()),
                        Share.whole(answer.path("estimatedCostNanoUsd")),
                        tokens);
    }

    /**
     * As {@link #reserve(Account, JsonNode, long)}, for a call that the budgets did not answer for: what they said last, less what has
     * ended here since, is all that may be used. Of what no answer was heard about, nothing is known, and everything fits.
     *
     * @param question what they were asked, as the API describes it
     * @param costNanoUsd that it may cost at most, nanoUSD; empty if that is not known
     * @param tokens that it may use at most
     */
    public Result reserveUnanswered(Account account, JsonNode question, OptionalLong costNanoUsd, long tokens) {
        synchronized (this) {
            long now = nanoTime.getAsLong();
            settle(now);
            List<LastTold.Told> known = last.of(account, question, now);
            List<Share> shares = known.stream().map(LastTold.Told::share).toList();
            for (Share share : shares) {
                if (isTooLittle(share, Amounts.NONE, costNanoUsd, tokens)) {
                    return new Result.TooLittleLeft(share, false);
                }
            }
            for (LastTold.Told one : known) {
                Share share = one.share();
                Amounts others = one.others(reserved.getOrDefault(share.key(), Amounts.NONE));
                if (isTooLittle(share, others, costNanoUsd, tokens)) {
                    return new Result.TooLittleLeft(share, true);
                }
            }
            return shares.isEmpty() ? NOTHING : reserved(shares, costNanoUsd, tokens);
        }
    }

    private synchronized Result reserve(
            List<Share> shares, Optional<Receipt> counted, OptionalLong costNanoUsd, long tokens) {
        settle(nanoTime.getAsLong());
        for (Share share : shares) {
            Amounts others = reserved.getOrDefault(share.key(), Amounts.NONE);
            // Close to a limit only: there may be many that have ended.
            if (isShortBeside(others, share, costNanoUsd, tokens)
                    && isShortBeside(
                            others.minus(ended.includedIn(counted, share.key())), share, costNanoUsd, tokens)) {
                return new Result.TooLittleLeft(share, true);
            }
        }
        return reserved(shares, costNanoUsd, tokens);
    }

    private static boolean isShortBeside(Amounts others, Share share, OptionalLong costNanoUsd, long tokens) {
        return others.calls() > 0 && isTooLittle(share, others, costNanoUsd, tokens);
    }

    private Result reserved(List<Share> shares, OptionalLong costNanoUsd, long tokens) {
        var own = Amounts.ofCall(costNanoUsd.orElse(0), tokens);
        List<Share.Key> keys = shares.stream().map(Share::key).toList();
        keys.forEach(key -> add(key, own));
        return new Result.Reserved(new Entry(keys, own));
    }

    private static boolean isTooLittle(Share share, Amounts others, OptionalLong costNanoUsd, long tokens) {
        return isShort(share.leftNanoUsd(), others.nanoUsd(), costNanoUsd)
                || isShort(share.leftTokens(), others.tokens(), OptionalLong.of(tokens));
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

        /** If it has ended and is on no topic yet. */
        private @Nullable Ended waiting;

        Entry(List<Share.Key> keys, Amounts estimate) {
            this.keys = keys;
            this.estimate = estimate;
        }

        @Override
        public void end() {
            hold(estimate, Optional.empty(), false);
        }

        @Override
        public void end(OptionalLong costNanoUsd, long tokens) {
            hold(used(costNanoUsd, tokens), Optional.empty(), false);
        }

        @Override
        public void end(OptionalLong costNanoUsd, long tokens, Optional<Receipt> recorded) {
            Optional<Place> place = recorded.flatMap(Place::of);
            hold(used(costNanoUsd, tokens), place, place.isEmpty());
        }

        @Override
        public void recorded(Receipt recorded) {
            Optional<Place> place = Place.of(recorded);
            synchronized (Reservations.this) {
                Ended call = waiting;
                if (call != null && place.isPresent()) {
                    ended.place(call, place.get());
                    waiting = null;
                }
            }
        }

        @Override
        public void release() {
            synchronized (Reservations.this) {
                settle(nanoTime.getAsLong());
                if (!isEnded) {
                    isEnded = true;
                    keys.forEach(key -> take(key, estimate));
                }
            }
        }

        private Amounts used(OptionalLong costNanoUsd, long tokens) {
            return Amounts.ofCall(costNanoUsd.orElse(estimate.nanoUsd()), tokens);
        }

        private void hold(Amounts used, Optional<Place> place, boolean isWaiting) {
            synchronized (Reservations.this) {
                long now = nanoTime.getAsLong();
                settle(now);
                if (isEnded) {
                    return;
                }
                isEnded = true;
                keys.forEach(key -> {
                    add(key, used);
                    take(key, estimate);
                    last.end(key, used);
                });
                var call = new Ended(++turns, now, keys, used, place);
                if (isWaiting) {
                    ended.addWaiting(call);
                    waiting = call;
                } else {
                    ended.add(call);
                }
            }
        }
    }

    private void settle(long nowNanos) {
        ended.settle(
                nowNanos,
                call -> call.keys().forEach(key -> {
                    take(key, call.amounts());
                    last.settle(key, call);
                }));
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
