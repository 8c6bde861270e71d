package com.promptmanage.query.spend;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.query.spend.Forecast.Known;
import com.promptmanage.query.spend.Forecast.Method;
import com.promptmanage.query.spend.Forecast.Reason;
import com.promptmanage.query.spend.Forecast.Unknown;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastTest {

    /** Those that end. */
    private static final List<Period.Unit> UNITS = List.copyOf(EnumSet.complementOf(EnumSet.of(Period.Unit.TOTAL)));

    private static final MathContext DIGITS = new MathContext(60);

    private static final long QUARTER_MS = 900_000;

    private static final Account ACME = Account.team("acme");

    @Test
    void weekdaysThatCostMoreAreExpectedToCostMore() {
        // Four weeks up to Sunday, 15 November: ten on workdays, nothing on weekends.
        var days = new ArrayList<Long>();
        for (LocalDate day = LocalDate.parse("2026-10-19"); days.size() < 28; day = day.plusDays(1)) {
            days.add(day.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) > 0 ? 0L : 10L);
        }
        var past = new PastDays(LocalDate.parse("2026-10-19"), days);

        Forecast forecast =
                Forecast.of(100, month("2026-11-16T00:00:00Z"), ZoneOffset.UTC, past, ms("2026-11-16T00:00:00Z"));

        assertThat(forecast)
                .as("eleven workdays are left, and two weekends; nothing ever differed")
                .isEqualTo(new Known(210, 210, 210, 28, Method.WEEKDAY_MEANS));
    }

    @Test
    void belowTwoWeeksEveryDayIsTakenForTheMean() {
        var past = new PastDays(LocalDate.parse("2026-11-09"), List.of(70L, 70L, 70L, 70L, 70L, 70L, 140L));

        Forecast forecast =
                Forecast.of(560, month("2026-11-16T12:00:00Z"), ZoneOffset.UTC, past, ms("2026-11-16T12:00:00Z"));

        assertThat(forecast).isInstanceOfSatisfying(Known.class, known -> {
            assertThat(known.method()).isEqualTo(Method.DAILY_MEAN);
            assertThat(known.estimate()).as("560 and 14.5 days of 80").isEqualTo(1_720);
            // t(6) = 1.440; the variance is 4,200 / 6 = 700; its days: 14.5 + 14.5² / 7
            assertThat(known.low()).isEqualTo(1_465);
            assertThat(known.high()).isEqualTo(1_975);
        });
    }

    @Test
    void saysSoWhereThereIsNothingToTellFrom() {
        var past = new PastDays(LocalDate.parse("2026-11-10"), List.of(1L, 2L, 3L, 4L, 5L, 6L));
        long now = ms("2026-11-16T12:00:00Z");

        assertThat(Forecast.of(21, month("2026-11-16T12:00:00Z"), ZoneOffset.UTC, past, now))
                .isEqualTo(new Unknown(Reason.TOO_LITTLE_DATA, 6));
        assertThat(Forecast.of(21, month("2026-10-01T00:00:00Z"), ZoneOffset.UTC, past, now))
                .isEqualTo(new Unknown(Reason.PERIOD_OVER, 6));
        assertThat(Forecast.of(
                        21, Period.of(Period.Unit.TOTAL, ZoneOffset.UTC).windowAt(now), ZoneOffset.UTC, past, now))
                .isEqualTo(new Unknown(Reason.NO_END, 6));
    }

    @Test
    void largeAmountsEndAtTheLargestThereIs() {
        var past = new PastDays(LocalDate.parse("2026-11-01"), Collections.nCopies(14, Long.MAX_VALUE / 2));

        Forecast forecast = Forecast.of(
                Long.MAX_VALUE - 1, month("2026-11-16T00:00:00Z"), ZoneOffset.UTC, past, ms("2026-11-16T00:00:00Z"));

        assertThat(forecast)
                .isEqualTo(new Known(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 14, Method.WEEKDAY_MEANS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "America/St_Johns",
                "Australia/Lord_Howe",
                "Asia/Kathmandu",
                "America/Havana",
                "Africa/Cairo"
            })
    void isWhatAPlainReckoningSays(String zoneName) {
        ZoneId zone = ZoneId.of(zoneName);
        var random = new Random(zoneName.hashCode());
        for (int i = 0; i < 60; i++) {
            // Around the clock changes of spring and autumn as often as not.
            long nowMs = Math.floorDiv(ms("2026-03-01T00:00:00Z") + random.nextLong(400L * 86_400_000), QUARTER_MS)
                    * QUARTER_MS;
            Period.Unit unit = UNITS.get(random.nextInt(UNITS.size()));
            Window window = (unit == Period.Unit.DAY && random.nextBoolean()
                            ? Period.anchored(unit, zone, "06:45")
                            : Period.of(unit, zone))
                    .windowAt(nowMs);
            int size = random.nextInt(Forecast.DAYS_MIN, PastDays.DAYS_MAX + 1);
            LocalDate today = Instant.ofEpochMilli(nowMs).atZone(zone).toLocalDate();
            long scale = random.nextBoolean() ? 1_000 : 500_000_000_000L;
            var past = new PastDays(
                    today.minusDays(size),
                    LongStream.generate(() -> random.nextInt(4) == 0 ? 0 : random.nextLong(scale))
                            .limit(size)
                            .boxed()
                            .toList());
            long spent = random.nextLong(scale);

            Known expected = reckoned(spent, window, zone, past, nowMs);
            // A third of a day has no end in decimal: what lies halfway between two amounts is rounded to either.
            assertThat(Forecast.of(spent, window, zone, past, nowMs))
                    .as("%s of %s at %s", unit, zone, Instant.ofEpochMilli(nowMs))
                    .isInstanceOfSatisfying(Known.class, known -> {
                        assertThat(known.estimate()).isCloseTo(expected.estimate(), within(1L));
                        assertThat(known.low()).isCloseTo(expected.low(), within(1L));
                        assertThat(known.high()).isCloseTo(expected.high(), within(1L));
                        assertThat(known.method()).isEqualTo(expected.method());
                        assertThat(known.days()).isEqualTo(expected.days());
                    });
        }
    }

    @Test
    void daysBeforeTheFirstUseAreNoDaysButIdleOnesAre() {
        var metering = new InMemoryMetering();
        metering.reads().price("m", call -> call.tokens().total());
        Instant now = Instant.parse("2026-11-16T12:00:00Z");
        add(metering, "new", "2026-11-13T23:59:00Z", 5);
        add(metering, "new", "2026-11-15T00:00:00Z", 7);
        add(metering, "new", "2026-11-16T01:00:00Z", 1_000);
        add(metering, "idle", "2026-09-01T00:00:00Z", 9);
        add(metering, "idle", "2026-11-14T00:00:00Z", 4);
        add(metering, "gone", "2026-09-01T00:00:00Z", 9);
        metering.commit();

        Map<String, PastDays> days = PastDays.read(
                metering.reads(),
                new PastDays.Of(ACME, Dimension.MEMBER, null, ZoneOffset.UTC),
                Spend::costNanoUsd,
                now.toEpochMilli());

        assertThat(days.get("new"))
                .as("today is not over")
                .isEqualTo(new PastDays(LocalDate.parse("2026-11-13"), List.of(5L, 0L, 7L)));
        assertThat(requireNonNull(days.get("idle")).amounts()).hasSize(28).endsWith(4L, 0L);
        assertThat(days).doesNotContainKey("gone");
    }

    private static void add(InMemoryMetering metering, String member, String at, long tokens) {
        metering.add(TokenUsage.of(member, "acme", "m", TokenCounts.ofInputOutput(tokens, 0)), Instant.parse(at));
    }

    /** The same by walking every quarter of an hour that is left, with more digits. */
    private static Known reckoned(long spent, Window window, ZoneId zone, PastDays past, long nowMs) {
        boolean byWeekday = past.size() >= 14;
        var left = new EnumMap<DayOfWeek, BigDecimal>(DayOfWeek.class);
        for (long quarter = Math.max(nowMs, window.startMs()); quarter < window.endMs(); quarter += QUARTER_MS) {
            LocalDate day = Instant.ofEpochMilli(quarter).atZone(zone).toLocalDate();
            long lengthMs = day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli()
                    - day.atStartOfDay(zone).toInstant().toEpochMilli();
            left.merge(
                    day.getDayOfWeek(),
                    BigDecimal.valueOf(QUARTER_MS).divide(BigDecimal.valueOf(lengthMs), DIGITS),
                    BigDecimal::add);
        }
        BigDecimal estimate = BigDecimal.valueOf(spent);
        BigDecimal variance = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        for (int i = 0; i < past.size(); i++) {
            BigDecimal off = BigDecimal.valueOf(past.amounts().get(i))
                    .subtract(mean(past, past.first().plusDays(i).getDayOfWeek(), byWeekday));
            squares = squares.add(off.multiply(off));
        }
        BigDecimal all = left.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        for (Map.Entry<DayOfWeek, BigDecimal> day : left.entrySet()) {
            estimate = estimate.add(day.getValue().multiply(mean(past, day.getKey(), byWeekday)));
            variance = variance.add(day.getValue());
            if (byWeekday) {
                long of = count(past, day.getKey());
                variance = variance.add(day.getValue().pow(2).divide(BigDecimal.valueOf(of), DIGITS));
            }
        }
        if (!byWeekday) {
            variance = variance.add(all.pow(2).divide(BigDecimal.valueOf(past.size()), DIGITS));
        }
        int freedom = past.size() - (byWeekday ? 7 : 1);
        BigDecimal margin = squares.divide(BigDecimal.valueOf(freedom), DIGITS)
                .multiply(variance)
                .sqrt(DIGITS)
                .multiply(T.get(freedom - 6));
        long rounded = estimate.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
        return new Known(
                rounded,
                Math.max(
                        estimate.subtract(margin)
                                .setScale(0, RoundingMode.FLOOR)
                                .longValueExact(),
                        Math.min(spent, rounded)),
                estimate.add(margin).setScale(0, RoundingMode.CEILING).longValueExact(),
                past.size(),
                byWeekday ? Method.WEEKDAY_MEANS : Method.DAILY_MEAN);
    }

    private static final List<BigDecimal> T = Stream.of(
                    "1.440 1.415 1.397 1.383 1.372 1.363 1.356 1.350 1.345 1.341 1.337 1.333 1.330 1.328 1.325 1.323"
                            .split(" "))
            .map(BigDecimal::new)
            .toList();

    private static BigDecimal mean(PastDays past, DayOfWeek weekday, boolean byWeekday) {
        long sum = 0;
        long count = 0;
        for (int i = 0; i < past.size(); i++) {
            if (!byWeekday || past.first().plusDays(i).getDayOfWeek() == weekday) {
                sum += past.amounts().get(i);
                count++;
            }
        }
        return BigDecimal.valueOf(sum).divide(BigDecimal.valueOf(count), DIGITS);
    }

    private static long count(PastDays past, DayOfWeek weekday) {
        return LongStream.range(0, past.size())
                .filter(i -> past.first().plusDays(i).getDayOfWeek() == weekday)
                .count();
    }

    private static Window month(String at) {
        return Period.of(Period.Unit.MONTH, ZoneOffset.UTC).windowAt(ms(at));
    }

    private static long ms(String time) {
        return Instant.parse(time).toEpochMilli();
    }
}
