package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.budget.EndedCalls.Ended;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.usage.Receipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What budgets that block said last that they have left, less what has ended in this process since: by that calls are judged which
 * they do not answer for. It is known until the budget's period ends, for until then no more can be left unless somebody raises the
 * budget. Not safe for use by several threads.
 */
final class LastTold {

    private static final int SHARES_MAX = 100_000;

    private static final int ACCOUNTS_MAX = 10_000;

    private static final int BUDGETS_OF_ACCOUNT_MAX = 1_000;

    private final Cache<Share.Key, Told> told =
            Caffeine.newBuilder().maximumSize(SHARES_MAX).build();

    /** Of each account, which of its budgets block, and what they are on. */
    private final Cache<Account, Map<String, Dimension>> blocking =
            Caffeine.newBuilder().maximumSize(ACCOUNTS_MAX).build();

    /** What one of them said. */
    static final class Told {

        private final Share share;

        private final Optional<Receipt> counted;

        private final long turn;

        private final long untilNanos;

        /** By calls that it does not include. */
        private Amounts used = Amounts.NONE;

        /** Of those, by the ones that are still reserved. */
        private Amounts usedAndReserved = Amounts.NONE;

        private Told(Share share, Optional<Receipt> counted, long turn, long untilNanos) {
            this.share = share;
            this.counted = counted;
            this.turn = turn;
            this.untilNanos = untilNanos;
        }

        /** With what is left now, as far as this process knows. */
        Share share() {
            return new Share(
                    share.key(),
                    share.name(),
                    share.dimension(),
                    left(share.leftNanoUsd(), used.nanoUsd()),
                    left(share.leftTokens(), used.tokens()),
                    share.knownFor());
        }

        /** Of what is reserved, what is not taken from what is left already. */
        Amounts others(Amounts reserved) {
            return reserved.minus(usedAndReserved);
        }

        private static OptionalLong left(OptionalLong said, long used) {
            return said.isEmpty() ? said : OptionalLong.of(Math.max(0, said.getAsLong() - used));
        }

        private void end(Amounts amounts) {
            used = used.plusAtMost(amounts);
            usedAndReserved = usedAndReserved.plus(amounts);
        }

        private void settle(Ended call) {
            if (call.turn() > turn) {
                usedAndReserved = usedAndReserved.minus(call.amounts());
            } else if (!call.isIncludedIn(counted)) {
                used = used.plusAtMost(call.amounts());
            }
        }

        private boolean isNewerThan(Optional<Receipt> other) {
            return counted.isPresent()
                    && other.isPresent()
                    && counted.get().offsets().entrySet().stream()
                            .anyMatch(place -> place.getValue()
                                    > other.get().offsets().getOrDefault(place.getKey(), Long.MAX_VALUE));
        }
    }

    /**
     * Remembers what an answer says, and forgets of what it does not mention any more.
     *
     * @param shares of all budgets that block and that the call counts toward
     * @param counted what the answer includes; empty if it does not say
     * @param turn when it came, in the order of all that happens in this process
     */
    void hear(
            Account account,
            JsonNode question,
            List<Share> shares,
            Optional<Receipt> counted,
            long turn,
            long nowNanos) {
        Map<String, Dimension> before = blocking.getIfPresent(account);
        if (before != null) {
            Set<String> ids = shares.stream().map(share -> share.key().id()).collect(Collectors.toSet());
            before.forEach((id, dimension) -> {
                if (!ids.contains(id)) {
                    Share.Key.of(account, id, dimension, question).ifPresent(told::invalidate);
                }
            });
        }
        for (Share share : shares) {
            share.dimension()
                    .ifPresent(dimension -> remember(account, share.key().id(), dimension));
            Told last = told.getIfPresent(share.key());
            if (last == null || !last.isNewerThan(counted)) {
                told.put(
                        share.key(),
                        new Told(
                                share,
                                counted,
                                turn,
                                nowNanos + share.knownFor().toNanos()));
            }
        }
    }

    /** What is known of those that a call counts toward. */
    List<Told> of(Account account, JsonNode question, long nowNanos) {
        var known = new ArrayList<Told>(0);
        Map<String, Dimension> budgets = blocking.getIfPresent(account);
        if (budgets != null) {
            budgets.forEach((id, dimension) -> Share.Key.of(account, id, dimension, question)
                    .flatMap(key -> Optional.ofNullable(told.getIfPresent(key)))
                    .filter(one -> nowNanos - one.untilNanos < 0)
                    .ifPresent(known::add));
        }
        return known;
    }

    /** A call has ended, and stays reserved for now. */
    void end(Share.Key key, Amounts amounts) {
        Told last = told.getIfPresent(key);
        if (last != null) {
            last.end(amounts);
        }
    }

    /** What has ended is not reserved any more. */
    void settle(Share.Key key, Ended call) {
        Told last = told.getIfPresent(key);
        if (last != null) {
            last.settle(call);
        }
    }

    private void remember(Account account, String id, Dimension dimension) {
        Map<String, Dimension> budgets = blocking.asMap().computeIfAbsent(account, unknown -> new HashMap<>());
        if (budgets.size() >= BUDGETS_OF_ACCOUNT_MAX) {
            // Most of them are gone by then, or were never asked about again.
            budgets.clear();
        }
        budgets.put(id, dimension);
    }
}
