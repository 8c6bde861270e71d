package com.promptmanage.query.budget;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.service.database.Waits;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How many input tokens one prompt of an account may have. Remembered for a few seconds, so that a check costs no query;
 * while the database is away, what was known last holds on, and what was never known is no limit.
 */
final class PromptLimits {

    private static final Duration KEPT = Duration.ofSeconds(5);

    private final BudgetTable table;

    private final Tiers tiers;

    private final LastKnown<Account, OptionalLong> known;

    PromptLimits(BudgetTable table, Tiers tiers, Waits waits) {
        this.table = table;
        this.tiers = tiers;
        this.known = new LastKnown<>(KEPT, waits);
    }

    /** What the account has set, or its tier allows, whichever is less. */
    OptionalLong tokensMax(Account account, Caller caller) {
        OptionalLong own = own(account, caller);
        @Nullable Long allowed = allowed(account);
        return allowed == null || (own.isPresent() && own.getAsLong() <= allowed) ? own : OptionalLong.of(allowed);
    }

    private @Nullable Long allowed(Account account) {
        try {
            return tiers.of(account).features().tokensPerPromptMax();
        } catch (UnavailableException e) {
            return null;
        }
    }

    private OptionalLong own(Account account, Caller caller) {
        try {
            return known.get(account, () -> table.tokensPerPromptMax(caller.scope(account), account));
        } catch (UnavailableException e) {
            return OptionalLong.empty();
        }
    }

    /** After a change made here, it holds here at once. */
    void forget(Account account) {
        known.forget(account);
    }
}
