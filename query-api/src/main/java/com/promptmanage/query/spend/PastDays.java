package com.promptmanage.query.spend;

import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was used on each of the whole days before today, one after the other: what a forecast is made of.
 *
 * @param first the first of the days
 * @param amounts of each day, in one unit: nanoUSD or tokens
 */
public record PastDays(LocalDate first, List<Long> amounts) {

    /** How many days are looked at: four of each weekday. */
    public static final int DAYS_MAX = 28;

    /** How much further back is looked to tell who is new from who was idle. */
    private static final int IDLE_DAYS_MAX = 56;

    public static final PastDays NONE = new PastDays(LocalDate.EPOCH, List.of());

    public PastDays {
        amounts = List.copyOf(amounts);
    }

    /**
     * What is looked at.
     *
     * @param value one value of the dimension, or null for each
     * @param zone whose days
     */
    public record Of(
            Account account, Dimension dimension, @Nullable String value, ZoneId zone) {}

    /**
     * By value. Days without use count as such, but not those before the first use: who began last week has not spent
     * nothing before that, there was nobody.
     *
     * @param amount what of the spend is meant
     */
    public static Map<String, PastDays> read(AccountReads reads, Of of, ToLongFunction<Spend> amount, long nowMs) {
        LocalDate today = today(of.zone(), nowMs);
        return among(spend(reads, of, today.minusDays(DAYS_MAX), today, Step.DAY), reads, of, amount, nowMs);
    }

    /** Where the first of the days begins that are looked at, ms since the epoch. */
    public static long sinceMs(ZoneId zone, long nowMs) {
        return startMs(today(zone, nowMs).minusDays(DAYS_MAX), zone);
    }

    /**
     * As {@link #read}, of days that are read already.
     *
     * @param days of the zone, among them those from {@link #sinceMs} to today; the others are left out
     */
    public static Map<String, PastDays> among(
            List<SpendEntry> days, AccountReads reads, Of of, ToLongFunction<Spend> amount, long nowMs) {
        LocalDate first = today(of.zone(), nowMs).minusDays(DAYS_MAX);
        var sums = new HashMap<String, long[]>();
        var begun = new HashMap<String, Integer>();
        for (SpendEntry entry : days) {
            long day = Instant.ofEpochMilli(entry.startMs())
                            .atZone(of.zone())
                            .toLocalDate()
                            .toEpochDay()
                    - first.toEpochDay();
            if (day >= 0 && day < DAYS_MAX) {
                sums.computeIfAbsent(entry.value(), none -> new long[DAYS_MAX])[(int) day] +=
                        amount.applyAsLong(entry.spend());
                begun.merge(entry.value(), (int) day, Math::min);
            }
        }
        Set<String> older = begun.values().stream().allMatch(day -> day == 0)
                ? Set.of()
                : spend(reads, of, first.minusDays(IDLE_DAYS_MAX), first, Step.WHOLE).stream()
                        .map(SpendEntry::value)
                        .collect(Collectors.toSet());
        var past = new HashMap<String, PastDays>();
        begun.forEach((value, day) -> past.put(
                value, of(first, sums.getOrDefault(value, new long[DAYS_MAX]), older.contains(value) ? 0 : day)));
        return past;
    }

    int size() {
        return amounts.size();
    }

    private static PastDays of(LocalDate first, long[] amounts, int from) {
        return new PastDays(
                first.plusDays(from),
                Arrays.stream(amounts, from, amounts.length).boxed().toList());
    }

    private static List<SpendEntry> spend(AccountReads reads, Of of, LocalDate from, LocalDate to, Step step) {
        return reads.spend(new SpendQuery(
                of.account(),
                of.dimension(),
                of.value(),
                startMs(from, of.zone()),
                startMs(to, of.zone()),
                of.zone(),
                step));
    }

    private static LocalDate today(ZoneId zone, long nowMs) {
        return Instant.ofEpochMilli(nowMs).atZone(zone).toLocalDate();
    }

    private static long startMs(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant().toEpochMilli();
    }
}
