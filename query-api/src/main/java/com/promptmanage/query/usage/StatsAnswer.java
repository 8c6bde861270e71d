package com.promptmanage.query.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.promptmanage.query.spend.Forecast;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A statistic as it is answered: each amount as exact decimal text in USD and as integer nanoUSD.
 *
 * @param source where it comes from: the ledger, or the history, which follows it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StatsAnswer(
        Range range,
        Figures summary,
        List<Share> breakdown,
        List<Day> trends,
        @Nullable List<Prompt> topPrompts,
        Previous previous,
        @Nullable Outlook forecast,
        String source,
        String asOf) {

    /** @param end exclusive */
    record Range(String start, String end, String timezone) {

        static Range of(long startMs, long endMs, String zone) {
            return new Range(
                    Instant.ofEpochMilli(startMs).toString(),
                    Instant.ofEpochMilli(endMs).toString(),
                    zone);
        }
    }

    /** @param avgCostPerRun rounded half-even to nanoUSD; zero if there are no runs */
    record Figures(
            long totalTokens,
            String totalCost,
            long totalCostNanoUsd,
            long totalRuns,
            String avgCostPerRun,
            long avgCostPerRunNanoUsd,
            Map<String, Long> tokens,
            long unpricedRuns) {

        static Figures of(Spend spend) {
            long average = Ratio.average(spend.costNanoUsd(), spend.events());
            return new Figures(
                    spend.tokens().total(),
                    usd(spend.costNanoUsd()),
                    spend.costNanoUsd(),
                    spend.events(),
                    usd(average),
                    average,
                    byKind(spend),
                    spend.unpricedEvents());
        }

        private static Map<String, Long> byKind(Spend spend) {
            var counts = new LinkedHashMap<String, Long>();
            for (TokenKind kind : TokenKind.values()) {
                counts.put(kind.field(), spend.tokens().get(kind));
            }
            return counts;
        }
    }

    /**
     * @param percentage of the total cost, to three places
     * @param unpricedRuns how many of the runs have no price yet, so that their cost is not in it
     * @param unattributed there, and true, on the entry of the events that name no value
     * @param combined how many values an entry stands for that puts the smallest together
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Share(
            String category,
            long tokens,
            String cost,
            long costNanoUsd,
            long runs,
            BigDecimal percentage,
            long unpricedRuns,
            @Nullable Boolean unattributed,
            @Nullable Integer combined) {

        static Share of(Stats.Slice slice, Spend total) {
            return switch (slice) {
                case Stats.Slice.Named named -> of(named.value(), named.spend(), total, null, null);
                case Stats.Slice.Unnamed unnamed -> of("(none)", unnamed.spend(), total, true, null);
                case Stats.Slice.Others others -> of("(other)", others.spend(), total, null, others.values());
            };
        }

        private static Share of(
                String category, Spend spend, Spend total, @Nullable Boolean unattributed, @Nullable Integer combined) {
            return new Share(
                    category,
                    spend.tokens().total(),
                    usd(spend.costNanoUsd()),
                    spend.costNanoUsd(),
                    spend.events(),
                    Ratio.percent(spend.costNanoUsd(), total.costNanoUsd()),
                    spend.unpricedEvents(),
                    unattributed,
                    combined);
        }
    }

    /** @param unpricedRuns how many of the runs have no price yet, so that their cost is not in it */
    record Day(String date, long tokens, String cost, long costNanoUsd, long runs, long unpricedRuns) {}

    record Prompt(String promptId, long tokens, String cost, long costNanoUsd, long runs, long unpricedRuns) {}

    record Previous(Range range, @JsonUnwrapped Figures figures) {}

    /** What the period is heading for, or why that cannot be told. */
    sealed interface Outlook {

        /** @param days how many whole days it is made of */
        record Told(
                boolean available,
                String projectedCost,
                long projectedCostNanoUsd,
                String lowCost,
                long lowCostNanoUsd,
                String highCost,
                long highCostNanoUsd,
                int confidencePercent,
                String method,
                int days,
                String periodEnd)
                implements Outlook {}

        /** @param days how many whole days there are */
        record Untold(boolean available, String reason, int days, int daysNeeded, String periodEnd)
                implements Outlook {}

        static Outlook of(Forecast forecast, String periodEnd) {
            return switch (forecast) {
                case Forecast.Known known ->
                    new Told(
                            true,
                            usd(known.estimate()),
                            known.estimate(),
                            usd(known.low()),
                            known.low(),
                            usd(known.high()),
                            known.high(),
                            Forecast.CONFIDENCE_PERCENT,
                            known.method().code(),
                            known.days(),
                            periodEnd);
                case Forecast.Unknown unknown ->
                    new Untold(false, unknown.reason().code(), unknown.days(), Forecast.DAYS_MIN, periodEnd);
            };
        }
    }

    static StatsAnswer of(StatsQuery query, Stats stats) {
        StatsRange range = query.range();
        String zone = range.zone().getId();
        List<Stats.Slice.Named> prompts = stats.topPrompts();
        Forecast forecast = stats.forecast();
        return new StatsAnswer(
                Range.of(range.fromMs(), range.toMs(), zone),
                Figures.of(stats.total()),
                stats.breakdown().stream()
                        .map(slice -> Share.of(slice, stats.total()))
                        .toList(),
                stats.trend().stream().map(StatsAnswer::day).toList(),
                prompts == null
                        ? null
                        : prompts.stream().map(StatsAnswer::prompt).toList(),
                new Previous(
                        Range.of(range.previousFromMs(), range.previousToMs(), zone), Figures.of(stats.previous())),
                forecast == null
                        ? null
                        : Outlook.of(
                                forecast, Instant.ofEpochMilli(range.toMs()).toString()),
                query.isInLedger() ? "ledger" : "history",
                stats.asOf().toString());
    }

    private static Day day(Stats.Point point) {
        Spend spend = point.spend();
        return new Day(
                point.day().toString(),
                spend.tokens().total(),
                usd(spend.costNanoUsd()),
                spend.costNanoUsd(),
                spend.events(),
                spend.unpricedEvents());
    }

    private static Prompt prompt(Stats.Slice.Named prompt) {
        Spend spend = prompt.spend();
        return new Prompt(
                prompt.value(),
                spend.tokens().total(),
                usd(spend.costNanoUsd()),
                spend.costNanoUsd(),
                spend.events(),
                spend.unpricedEvents());
    }

    private static String usd(long nanoUsd) {
        return new NanoUsd(nanoUsd).toUsd();
    }
}
