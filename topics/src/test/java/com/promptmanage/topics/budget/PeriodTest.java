package com.promptmanage.topics.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.budget.Period.Unit;
import com.promptmanage.topics.budget.Period.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Into which period a time falls: at the ends of months, where clocks change, and in zones of quarters of an hour. */
class PeriodTest {

    private static final long QUARTER_MS = 900_000;

    private static final List<String> ZONES = List.of(
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "America/Havana",
            "America/Nuuk",
            "Africa/Cairo",
            "Asia/Kathmandu",
            "Pacific/Chatham",
            "Australia/Lord_Howe",
            "Antarctica/Troll");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    month   | 31          | UTC                 | 2026-02-15T00:00:00Z | 2026-01-31T00:00:00Z | 2026-02-28T00:00:00Z
                    month   | 31          | UTC                 | 2026-02-28T00:00:00Z | 2026-02-28T00:00:00Z | 2026-03-31T00:00:00Z
                    month   | 30          | UTC                 | 2028-02-29T12:00:00Z | 2028-02-29T00:00:00Z | 2028-03-30T00:00:00Z
                    month   | 31 23:45    | UTC                 | 2026-04-30T23:44:59Z | 2026-03-31T23:45:00Z | 2026-04-30T23:45:00Z
                    month   |             | Asia/Kathmandu      | 2026-11-30T18:14:59Z | 2026-10-31T18:15:00Z | 2026-11-30T18:15:00Z
                    quarter |             | UTC                 | 2026-12-31T23:59:59Z | 2026-10-01T00:00:00Z | 2027-01-01T00:00:00Z
                    quarter | 11-30       | UTC                 | 2026-03-15T00:00:00Z | 2026-02-28T00:00:00Z | 2026-05-30T00:00:00Z
                    year    | 02-29       | UTC                 | 2026-06-01T00:00:00Z | 2026-02-28T00:00:00Z | 2027-02-28T00:00:00Z
                    year    | 02-29       | UTC                 | 2028-02-28T12:00:00Z | 2027-02-28T00:00:00Z | 2028-02-29T00:00:00Z
                    week    | thursday    | UTC                 | 2026-11-25T12:00:00Z | 2026-11-19T00:00:00Z | 2026-11-26T00:00:00Z
                    day     |             | Pacific/Chatham     | 2026-11-24T10:14:59Z | 2026-11-23T10:15:00Z | 2026-11-24T10:15:00Z
                    day     |             | Australia/Lord_Howe | 2026-10-04T00:00:00Z | 2026-10-03T13:30:00Z | 2026-10-04T13:00:00Z
                    day     |             | Africa/Cairo        | 2026-04-23T22:00:00Z | 2026-04-23T22:00:00Z | 2026-04-24T21:00:00Z
                    day     | 02:30       | America/New_York    | 2026-03-08T07:15:00Z | 2026-03-07T07:30:00Z | 2026-03-08T07:30:00Z
                    day     | 01:30       | America/New_York    | 2026-11-01T06:15:00Z | 2026-11-01T05:30:00Z | 2026-11-02T06:30:00Z
                    day     | 23:45       | America/Nuuk        | 2026-03-29T01:15:00Z | 2026-03-28T01:45:00Z | 2026-03-29T01:45:00Z
                    total   |             | UTC                 | 2026-11-01T06:15:00Z | 1970-01-01T00:00:00Z | 9999-01-01T00:00:00Z
                    """)
    void aTimeFallsIntoThePeriodThatTheCalendarSays(
            String unit, @Nullable String anchor, ZoneId zone, Instant time, Instant start, Instant end) {
        Unit of = Unit.parse(unit).orElseThrow();
        Period period = anchor == null ? Period.of(of, zone) : Period.anchored(of, zone, anchor);

        var expected = new Window(start.toEpochMilli(), end.toEpochMilli());
        assertThat(period.windowAt(time.toEpochMilli())).isEqualTo(expected);
        assertThat(period.anchor().orElse(null)).isEqualTo(anchor);
    }

    /** So that nothing is charged twice, or to no period; and rows of quarters of an hour add up to each. */
    @ParameterizedTest
    @EnumSource(value = Unit.class, names = "TOTAL", mode = EnumSource.Mode.EXCLUDE)
    void everyMomentIsInOnePeriodAndOneFollowsTheOther(Unit unit) {
        var random = new Random(unit.name().hashCode());
        for (int i = 0; i < 5_000; i++) {
            Period period = anyOf(unit, random);
            long time = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli() + random.nextLong(150_000_000_000L);

            Window window = period.windowAt(time);

            assertThat(window.contains(time)).as("%s at %d", period, time).isTrue();
            assertThat(period.windowAt(window.startMs())).as("%s", period).isEqualTo(window);
            assertThat(period.windowAt(window.endMs() - 1)).as("%s", period).isEqualTo(window);
            assertThat(period.windowAt(window.endMs()).startMs())
                    .as("%s", period)
                    .isEqualTo(window.endMs());
            assertThat(window.startMs() % QUARTER_MS).as("%s", period).isZero();
        }
    }

    @Test
    void anAnchorThatIsNoneIsRefused() {
        for (String anchor : List.of("0", "32", "x", "1 06:31", "1 24:00", "")) {
            assertThatThrownBy(() -> Period.anchored(Unit.MONTH, ZoneId.of("UTC"), anchor))
                    .as(anchor)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Period.anchored(Unit.YEAR, ZoneId.of("UTC"), "02-30"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Period.anchored(Unit.TOTAL, ZoneId.of("UTC"), "1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"DAY, 06:07", "WEEK, thursday 06:07", "MONTH, 15 06:07", "QUARTER, 02-15 06:07", "YEAR, 04-01 06:07"})
    void whoSendsATimeThatIsNoQuarterOfAnHourIsToldThatItMustBeOne(Unit unit, String anchor) {
        assertThatThrownBy(() -> Period.anchored(unit, ZoneId.of("UTC"), anchor))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'%s' is not an anchor", anchor)
                .hasMessageContaining("HH:mm (mm is 00, 15, 30 or 45)");
    }

    private static Period anyOf(Unit unit, Random random) {
        ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        String clock = "%02d:%02d".formatted(random.nextInt(24), 15 * random.nextInt(4));
        String monthDay = "%02d-%02d".formatted(1 + random.nextInt(12), 1 + random.nextInt(28));
        int day = 1 + random.nextInt(31);
        return switch (unit) {
            case DAY -> Period.anchored(unit, zone, clock);
            case WEEK -> Period.anchored(unit, zone, "sunday " + clock);
            case MONTH -> Period.anchored(unit, zone, day + " " + clock);
            case QUARTER, YEAR -> Period.anchored(unit, zone, monthDay + " " + clock);
            case TOTAL -> Period.of(unit, zone);
        };
    }
}
