package com.promptmanage.query.tier;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How far back what an account has used is shown. Nothing is deleted: an account that comes into a larger tier sees it again.
 *
 * <p>Who asks for more than is shown is refused; who does not say since when gets what is shown, and the header
 * {@value #HEADER} says how many days that is.
 */
public final class ShownHistory {

    /** Of an answer that begins later than it would without a limit. */
    public static final String HEADER = "Prompt-Manage-History-Days";

    private final Tiers tiers;

    private final Clock clock;

    private final String feature;

    private final Function<Features, @Nullable Integer> days;

    private ShownHistory(Tiers tiers, Clock clock, String feature, Function<Features, @Nullable Integer> days) {
        this.tiers = tiers;
        this.clock = clock;
        this.feature = feature;
        this.days = days;
    }

    /** Of usage. */
    public ShownHistory(Tiers tiers, Clock clock) {
        this(tiers, clock, "historyDays", Features::historyDays);
    }

    /** Of how workflows have gone. */
    public static ShownHistory ofWorkflows(Tiers tiers, Clock clock) {
        return new ShownHistory(
                tiers,
                clock,
                "workflowHistoryDays",
                features -> features.workflows().workflowHistoryDays());
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
        @Nullable Integer most = days.apply(tier.features());
        if (most == null) {
            return wanted;
        }
        Instant first = clock.instant().minus(Duration.ofDays(most)).truncatedTo(ChronoUnit.DAYS);
        if (wanted != null && !wanted.isBefore(first)) {
            return wanted;
        }
        if (isExplicit) {
            throw tier.limited(feature, most.longValue(), null);
        }
        ctx.header(HEADER, most.toString());
        return first;
    }
}
