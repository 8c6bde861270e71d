package com.promptmanage.query.usage;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * What a statistic is asked about.
 *
 * @param member the one member of a team whose part is meant, or null for the whole account
 */
record StatsQuery(Account account, @Nullable String member, StatsRange range, GroupBy groupBy) {

    /** The dimension whose rows add up to what is asked about. */
    Dimension dimension() {
        return member == null ? Dimension.ACCOUNT : Dimension.MEMBER;
    }

    /**
     * Whether the ledger holds this breakdown. Its rows are by one dimension each, so of one member it knows the days and the
     * total, not the models.
     */
    boolean isInLedger() {
        return member == null || groupBy instanceof GroupBy.Day || groupBy.equals(new GroupBy.By(Dimension.MEMBER));
    }
}
