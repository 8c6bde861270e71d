package com.promptmanage.query.usage;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statistic is asked about.
 *
 * @param parts what of the account is meant: what is of each of them, each of another dimension; none for all of it
 */
record StatsQuery(Account account, List<Part> parts, StatsRange range, GroupBy groupBy) {

    StatsQuery {
        parts = List.copyOf(parts);
    }

    /** One value of one dimension: a member, a model, a prompt. */
    record Part(Dimension dimension, String value) {}

    /** What of the account is meant, where it is no more than one part; null for all of it. */
    @Nullable
    Part part() {
        return parts.isEmpty() ? null : parts.getFirst();
    }

    /** The dimension whose rows add up to what is asked about. */
    Dimension dimension() {
        return parts.isEmpty() ? Dimension.ACCOUNT : parts.getFirst().dimension();
    }

    @Nullable
    String value() {
        return parts.isEmpty() ? null : parts.getFirst().value();
    }

    /**
     * Whether the ledger holds what is asked about. Its rows are by one dimension each, so of one member it knows the days and the
     * total, not the models, and of a member's model nothing.
     */
    boolean isInLedger() {
        return parts.isEmpty()
                || (parts.size() == 1
                        && (groupBy instanceof GroupBy.Day || groupBy.equals(new GroupBy.By(dimension()))));
    }
}
