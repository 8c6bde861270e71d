package com.promptmanage.query.usage;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import org.jspecify.annotations.Nullable;

/**
 * What a statistic is asked about.
 *
 * @param part what of the account is meant, or null for all of it
 */
record StatsQuery(Account account, @Nullable Part part, StatsRange range, GroupBy groupBy) {

    /** One value of one dimension: a member, a model, a prompt. */
    record Part(Dimension dimension, String value) {}

    /** The dimension whose rows add up to what is asked about. */
    Dimension dimension() {
        return part == null ? Dimension.ACCOUNT : part.dimension();
    }

    @Nullable
    String value() {
        return part == null ? null : part.value();
    }

    /**
     * Whether the ledger holds this breakdown. Its rows are by one dimension each, so of one member it knows the days and the
     * total, not the models.
     */
    boolean isInLedger() {
        return part == null || groupBy instanceof GroupBy.Day || groupBy.equals(new GroupBy.By(part.dimension()));
    }
}
