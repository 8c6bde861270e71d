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
import java.util.Map;
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
        // The days before now, which tell where a period is heading, are for the most part its own: one look serves
        // both.
        long sinceMs = range.isCurrent() && range.beginsWithADay()
                ? Math.min(range.fromMs(), PastDays.sinceMs(range.zone(), now.toEpochMilli()))
                : range.fromMs();
        List<SpendEntry> days = spend(query.dimension(), query.value(), sinceMs, range.toMs(), Step.DAY);
        return new StatsParts(
                days.stream().filter(day -> day.startMs() >= range.firstDayMs()).toList(),
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
                range.isCurrent() ? past(days, now) : null);
    }

    private PastDays past(List<SpendEntry> days, Instant now) {
        StatsRange range = query.range();
        long nowMs = now.toEpochMilli();
        var of = new PastDays.Of(query.account(), query.dimension(), query.value(), range.zone());
        Map<String, PastDays> past = range.beginsWithADay()
                ? PastDays.among(days, reads, of, Spend::costNanoUsd, nowMs)
                : PastDays.read(reads, of, Spend::costNanoUsd, nowMs);
        return past.getOrDefault(query.value() == null ? query.account().value() : query.value(), PastDays.NONE);
    }

    private List<SpendEntry> spend(Dimension dimension, @Nullable String value, long fromMs, long toMs, Step step) {
        return reads.spend(new SpendQuery(
                query.account(), dimension, value, fromMs, toMs, query.range().zone(), step));
    }
}
