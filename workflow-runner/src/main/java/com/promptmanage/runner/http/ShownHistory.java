package com.promptmanage.runner.http;

import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far back it is shown how an account's workflows have gone, as its tier says. Nothing is deleted: an account that comes into a
 * larger tier sees it again. What is not over yet is always shown.
 */
final class ShownHistory {

    private final Tiers tiers;

    private final Clock clock;

    ShownHistory(Tiers tiers, Clock clock) {
        this.tiers = tiers;
        this.clock = clock;
    }

    /**
     * The start of what is answered: who asks for more than is shown is refused, and who does not say since when gets what there
     * is.
     *
     * @param wanted what would be answered without a limit
     * @param isAsked whether the request says so itself
     * @return as it is wanted, or later
     * @throws ProblemException 403 {@code tier_limit} if the request asks for what is not shown
     */
    Instant since(Account account, Instant wanted, boolean isAsked) {
        AccountTier tier = tiers.of(account);
        Instant first = first(tier);
        if (isAsked && wanted.isBefore(first)) {
            throw limited(tier);
        }
        return wanted.isBefore(first) ? first : wanted;
    }

    /**
     * As {@link #since(Account, Instant, boolean)}, of what a request may give both ends of. Whoever gives the end alone has not said
     * since when: they are refused only if nothing before it is shown.
     *
     * @param from null if the request does not say since when
     * @param to null if it does not say until when
     * @param usual for how long before its end it is answered then; before now, if it has none
     * @throws ProblemException 403 {@code tier_limit} if the request asks for what is not shown
     */
    Instant since(Account account, @Nullable Instant from, @Nullable Instant to, Duration usual) {
        if (from != null) {
            return since(account, from, true);
        }
        if (to == null) {
            return since(account, clock.instant().minus(usual), false);
        }
        since(account, to, true);
        return since(account, to.minus(usual), false);
    }

    /** @throws ProblemException 403 {@code tier_limit} if it is over, and was begun before what is shown */
    void require(Shown execution) {
        AccountTier tier = tiers.of(execution.account());
        if (execution.completedAt() != null && execution.createdAt().isBefore(first(tier))) {
            throw limited(tier);
        }
    }

    private Instant first(AccountTier tier) {
        @Nullable Integer days = tier.features().workflows().workflowHistoryDays();
        return days == null
                ? Instant.MIN
                : clock.instant().minus(Duration.ofDays(days)).truncatedTo(ChronoUnit.DAYS);
    }

    private static ProblemException limited(AccountTier tier) {
        @Nullable Integer days = tier.features().workflows().workflowHistoryDays();
        return tier.limited("workflowHistoryDays", days == null ? null : days.longValue(), null);
    }
}
