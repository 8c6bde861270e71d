package com.promptmanage.query.tier;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far back an account's usage is shown. Nothing is deleted: an account that comes into a larger tier sees it again.
 *
 * <p>Who asks for more than is shown is refused; who does not say since when gets what is shown, and the header
 * {@value #HEADER} says how many days that is.
 */
public final class ShownHistory {

    /** Of an answer that begins later than it would without a limit. */
    public static final String HEADER = "Prompt-Manage-History-Days";

    private final Tiers tiers;

    private final Clock clock;

    public ShownHistory(Tiers tiers, Clock clock) {
        this.tiers = tiers;
        this.clock = clock;
    }

    /**
     * The start of what is answered.
     *
     * @param wanted what the request asks for; null for since ever
     * @param isExplicit whether the request says so itself, and is to be refused rather than cut
     * @return as it is wanted, or later; null for since ever
     * @throws ProblemException 403 {@code tier_limit} if the request asks for what is not shown
     */
    public @Nullable Instant from(Context ctx, Account account, @Nullable Instant wanted, boolean isExplicit) {
        AccountTier tier = tiers.of(account);
        @Nullable Integer days = tier.features().historyDays();
        if (days == null) {
            return wanted;
        }
        Instant first = clock.instant().minus(Duration.ofDays(days)).truncatedTo(ChronoUnit.DAYS);
        if (wanted != null && !wanted.isBefore(first)) {
            return wanted;
        }
        if (isExplicit) {
            throw tier.limited("historyDays", days.longValue(), null);
        }
        ctx.header(HEADER, days.toString());
        return first;
    }
}
