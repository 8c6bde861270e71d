package com.promptmanage.query.usage;

import static java.util.Comparator.comparingLong;

import com.promptmanage.query.spend.Forecast;
import com.promptmanage.query.spend.PastDays;
import com.promptmanage.query.usage.Stats.Point;
import com.promptmanage.query.usage.Stats.Slice;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is read for a statistic, wherever from; all the rest is worked out of it.
 *
 * @param values of the dimension that the breakdown is by; none of a breakdown by day
 * @param prompts null if they were not looked up
 * @param past the days before now; null of a range that heads nowhere
 */
record StatsParts(
        List<SpendEntry> days,
        List<SpendEntry> values,
        @Nullable List<SpendEntry> prompts,
        List<SpendEntry> previous,
        @Nullable PastDays past) {

    static final int TOP_PROMPTS = 10;

    /** More values than this are not listed one by one. */
    static final int SLICES_MAX = 10_000;

    private static final Comparator<Slice> DEAREST_FIRST = comparingLong(
                    (Slice slice) -> slice.spend().costNanoUsd())
            .thenComparingLong(slice -> slice.spend().tokens().total())
            .thenComparingLong(slice -> slice.spend().events())
            .reversed()
            .thenComparing(StatsParts::order);

    Stats stats(StatsQuery query, Instant now) {
        StatsRange range = query.range();
        Spend total = sum(days);
        List<Point> trend = trend(days, range, now);
        List<Slice> breakdown = switch (query.groupBy()) {
            case GroupBy.Day() ->
                trend.stream()
                        .filter(point -> !point.spend().equals(Spend.NONE))
                        .<Slice>map(point -> new Slice.Named(point.day().toString(), point.spend()))
                        .sorted(DEAREST_FIRST)
                        .toList();
            case GroupBy.By by -> complete(slices(values), total);
        };
        return new Stats(
                total,
                breakdown,
                trend,
                prompts == null
                        ? null
                        : slices(prompts).stream().limit(TOP_PROMPTS).toList(),
                sum(previous),
                past == null ? null : forecast(total, range, past, now),
                now);
    }

    private static Forecast forecast(Spend total, StatsRange range, PastDays past, Instant now) {
        return Forecast.of(
                total.costNanoUsd(), new Window(range.fromMs(), range.toMs()), range.zone(), past, now.toEpochMilli());
    }

    private static List<Slice.Named> slices(List<SpendEntry> values) {
        return values.stream()
                .map(entry -> new Slice.Named(entry.value(), entry.spend()))
                .sorted(DEAREST_FIRST)
                .toList();
    }

    /** The named slices, what no slice names, and the smallest ones put together if there are too many. */
    private static List<Slice> complete(List<Slice.Named> named, Spend total) {
        var slices = new ArrayList<Slice>(named.subList(0, Math.min(named.size(), SLICES_MAX)));
        if (named.size() > SLICES_MAX) {
            List<Slice.Named> rest = named.subList(SLICES_MAX, named.size());
            slices.add(new Slice.Others(rest.size(), sumOf(rest)));
        }
        Spend unnamed = minus(total, sumOf(named));
        if (!unnamed.equals(Spend.NONE)) {
            slices.add(new Slice.Unnamed(unnamed));
        }
        slices.sort(DEAREST_FIRST);
        return List.copyOf(slices);
    }

    /** Days without spend are points too, up to today: a chart has no holes, and no future. */
    private static List<Point> trend(List<SpendEntry> days, StatsRange range, Instant now) {
        ZoneId zone = range.zone();
        var points = new TreeMap<LocalDate, Spend>();
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate last = dayOf(range.toMs() - 1, zone);
        for (LocalDate day = dayOf(range.fromMs(), zone);
                !day.isAfter(last) && !day.isAfter(today);
                day = day.plusDays(1)) {
            points.put(day, Spend.NONE);
        }
        days.forEach(entry -> points.merge(dayOf(entry.startMs(), zone), entry.spend(), Spend::plus));
        return points.entrySet().stream()
                .map(entry -> new Point(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static LocalDate dayOf(long epochMs, ZoneId zone) {
        return Instant.ofEpochMilli(epochMs).atZone(zone).toLocalDate();
    }

    private static Spend sum(List<SpendEntry> entries) {
        return entries.stream().map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus);
    }

    private static Spend sumOf(List<Slice.Named> slices) {
        return slices.stream().map(Slice::spend).reduce(Spend.NONE, Spend::plus);
    }

    private static Spend minus(Spend whole, Spend part) {
        long[] counts = whole.tokens().toArray();
        for (TokenKind kind : TokenKind.values()) {
            counts[kind.index()] -= part.tokens().get(kind);
        }
        return new Spend(
                Math.subtractExact(whole.events(), part.events()),
                Math.subtractExact(whole.unpricedEvents(), part.unpricedEvents()),
                Math.subtractExact(whole.costNanoUsd(), part.costNanoUsd()),
                TokenCounts.ofSums(counts));
    }

    private static String order(Slice slice) {
        return switch (slice) {
            case Slice.Named(var value, var spend) -> value;
            case Slice.Unnamed unnamed -> "";
            case Slice.Others others -> "";
        };
    }
}
