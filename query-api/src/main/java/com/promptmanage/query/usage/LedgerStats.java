package com.promptmanage.query.usage;

import com.promptmanage.query.spend.PastDays;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.budget.Dimension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Works out a statistic from the ledger. */
final class LedgerStats {

    private final AccountReads reads;

    private final StatsQuery query;

    /** Under which what is asked about counts; null for the whole account. */
    private final @Nullable String counted;

    private LedgerStats(AccountReads reads, StatsQuery query) {
        this.reads = reads;
        this.query = query;
        String value = query.value();
        counted = value != null && query.dimension().equals(Dimension.MODEL)
                ? reads.countedModel(query.account(), value)
                : value;
    }

    /** Every part of the statistic comes from one and the same commit, so that the parts agree. */
    static Stats read(AccountReads reads, StatsQuery query, Instant now) {
        return reads.atOneCommit(() -> new LedgerStats(reads, query).parts(now)).stats(query, now);
    }

    private StatsParts parts(Instant now) {
        StatsRange range = query.range();
        // The days before now, which tell where a period is heading, are for the most part its own: one look serves
        // both.
        long sinceMs = range.isCurrent()
                ? Math.min(range.fromMs(), PastDays.sinceMs(range.zone(), now.toEpochMilli()))
                : range.fromMs();
        List<SpendEntry> days = spendOfPart(query.dimension(), sinceMs, range.toMs(), Step.DAY);
        return new StatsParts(
                days.stream().filter(day -> day.startMs() >= range.firstDayMs()).toList(),
                switch (query.groupBy()) {
                    case GroupBy.Day() -> List.of();
                    case GroupBy.By(var dimension) -> spendOfPart(dimension, range.fromMs(), range.toMs(), Step.WHOLE);
                },
                query.part() == null ? spend(Dimension.PROMPT, null, range.fromMs(), range.toMs(), Step.WHOLE) : null,
                range.previousFromMs() == range.previousToMs()
                        ? List.of()
                        : spendOfPart(query.dimension(), range.previousFromMs(), range.previousToMs(), Step.WHOLE),
                range.isCurrent() ? past(days, now) : null);
    }

    private PastDays past(List<SpendEntry> days, Instant now) {
        StatsRange range = query.range();
        long nowMs = now.toEpochMilli();
        var of = new PastDays.Of(query.account(), query.dimension(), counted, range.zone());
        Map<String, PastDays> past = PastDays.among(days, reads, of, Spend::costNanoUsd, nowMs);
        return past.getOrDefault(counted == null ? query.account().value() : counted, PastDays.NONE);
    }

    /**
     * Of what is asked about. A model counts under one name, by whichever it is asked for; what has no price yet stands under the name
     * that it came with.
     */
    private List<SpendEntry> spendOfPart(Dimension dimension, long fromMs, long toMs, Step step) {
        List<SpendEntry> asNamed = spend(dimension, query.value(), fromMs, toMs, step);
        if (Objects.equals(counted, query.value())) {
            return asNamed;
        }
        var all = new ArrayList<>(asNamed);
        all.addAll(spend(dimension, counted, fromMs, toMs, step));
        return all;
    }

    private List<SpendEntry> spend(Dimension dimension, @Nullable String value, long fromMs, long toMs, Step step) {
        return reads.spend(new SpendQuery(
                query.account(), dimension, value, fromMs, toMs, query.range().zone(), step));
    }
}
