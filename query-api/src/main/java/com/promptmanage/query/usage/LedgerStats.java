package com.promptmanage.query.usage;

import com.promptmanage.query.spend.PastDays;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.budget.Dimension;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Works out a statistic from the ledger. */
final class LedgerStats {

    private final AccountReads reads;

    private final StatsQuery query;

    private LedgerStats(AccountReads reads, StatsQuery query) {
        this.reads = reads;
        this.query = query;
    }

    /** Every part of the statistic comes from one and the same commit, so that the parts agree. */
    static Stats read(AccountReads reads, StatsQuery query, Instant now) {
        var ledger = new LedgerStats(reads, query);
        return reads.atOneCommit(() -> ledger.parts(now)).stats(query, now);
    }

    private StatsParts parts(Instant now) {
        StatsRange range = query.range();
        return new StatsParts(
                spend(query.dimension(), query.value(), range.fromMs(), range.toMs(), Step.DAY),
                switch (query.groupBy()) {
                    case GroupBy.Day() -> List.of();
                    case GroupBy.By(var dimension) ->
                        spend(dimension, query.value(), range.fromMs(), range.toMs(), Step.WHOLE);
                },
                query.part() == null ? spend(Dimension.PROMPT, null, range.fromMs(), range.toMs(), Step.WHOLE) : null,
                range.previousFromMs() == range.previousToMs()
                        ? List.of()
                        : spend(
                                query.dimension(),
                                query.value(),
                                range.previousFromMs(),
                                range.previousToMs(),
                                Step.WHOLE),
                range.isCurrent() ? past(now) : null);
    }

    private PastDays past(Instant now) {
        var of = new PastDays.Of(
                query.account(), query.dimension(), query.value(), query.range().zone());
        String value = query.value() == null ? query.account().value() : query.value();
        return PastDays.read(reads, of, Spend::costNanoUsd, now.toEpochMilli()).getOrDefault(value, PastDays.NONE);
    }

    private List<SpendEntry> spend(Dimension dimension, @Nullable String value, long fromMs, long toMs, Step step) {
        return reads.spend(new SpendQuery(
                query.account(), dimension, value, fromMs, toMs, query.range().zone(), step));
    }
}
