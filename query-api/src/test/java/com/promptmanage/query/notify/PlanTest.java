package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.notify.Preferences.Digest;
import com.promptmanage.query.notify.Preferences.QuietHours;
import com.promptmanage.topics.budget.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static final QuietHours NIGHT = new QuietHours(LocalTime.of(22, 0), LocalTime.of(7, 0), BERLIN);

    /** 23:00 in Berlin, in winter. */
    private static final Instant LATE = Instant.parse("2026-01-15T22:00:00Z");

    @Test
    void whatIsNotWantedIsLeft() {
        assertThat(plan(Severity.INFO, with(Severity.WARNING, null, null), LATE))
                .isInstanceOf(Plan.Leave.class);
        assertThat(Plan.of(
                        "c", Severity.CRITICAL, true, Preferences.DEFAULTS, Severity.WARNING, AlertType.ANOMALY, LATE))
                .isInstanceOf(Plan.Leave.class);
        var others = new Preferences(Severity.INFO, EnumSet.of(AlertType.ANOMALY), null, null, null);
        assertThat(plan(Severity.CRITICAL, others, LATE)).isInstanceOf(Plan.Leave.class);
        var elsewhere = new Preferences(Severity.INFO, EnumSet.allOf(AlertType.class), Set.of("d"), null, null);
        assertThat(plan(Severity.CRITICAL, elsewhere, LATE)).isInstanceOf(Plan.Leave.class);
    }

    @Test
    void inQuietHoursAllButTheCriticalWaitsForTheirEnd() {
        Preferences quiet = with(Severity.INFO, NIGHT, null);

        assertThat(plan(Severity.CRITICAL, quiet, LATE)).isEqualTo(new Plan.Send(LATE, null));
        assertThat(plan(Severity.WARNING, quiet, LATE))
                .isEqualTo(new Plan.Send(Instant.parse("2026-01-16T06:00:00Z"), null));
        Instant afterMidnight = Instant.parse("2026-01-15T23:30:00Z");
        assertThat(plan(Severity.WARNING, quiet, afterMidnight))
                .isEqualTo(new Plan.Send(Instant.parse("2026-01-16T06:00:00Z"), null));
        Instant atTheEnd = Instant.parse("2026-01-16T06:00:00Z");
        assertThat(plan(Severity.WARNING, quiet, atTheEnd)).isEqualTo(new Plan.Send(atTheEnd, null));
        Instant before = Instant.parse("2026-01-15T20:59:59Z");
        assertThat(plan(Severity.WARNING, quiet, before)).isEqualTo(new Plan.Send(before, null));
    }

    /** On 2026-03-29 clocks in Berlin go from 02:00 to 03:00, and on 2026-10-25 from 03:00 back to 02:00. */
    @Test
    void quietHoursEndByTheClockThatPeopleLookAt() {
        var short1 = new QuietHours(LocalTime.of(1, 0), LocalTime.of(2, 30), BERLIN);

        assertThat(short1.endIfQuiet(Instant.parse("2026-03-29T00:30:00Z")))
                .isEqualTo(Instant.parse("2026-03-29T01:30:00Z"));
        assertThat(NIGHT.endIfQuiet(Instant.parse("2026-10-24T21:00:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T06:00:00Z"));
        assertThat(NIGHT.endIfQuiet(Instant.parse("2026-03-28T22:00:00Z")))
                .isEqualTo(Instant.parse("2026-03-29T05:00:00Z"));
        Instant firstHalfPastTwo = Instant.parse("2026-10-25T00:30:00Z");
        assertThat(short1.endIfQuiet(firstHalfPastTwo.minusSeconds(600))).isEqualTo(firstHalfPastTwo);
        assertThat(short1.endIfQuiet(firstHalfPastTwo)).isNull();
        Instant secondHalfPastTwo = firstHalfPastTwo.plus(Duration.ofHours(1));
        assertThat(short1.endIfQuiet(secondHalfPastTwo.minusSeconds(600))).isEqualTo(secondHalfPastTwo);
    }

    @Test
    void aDigestCollectsAllButTheCriticalUntilItsTimeOfDay() {
        Preferences daily = with(Severity.INFO, NIGHT, new Digest(LocalTime.of(9, 0), BERLIN));
        Instant due = Instant.parse("2026-01-16T08:00:00Z");

        assertThat(plan(Severity.WARNING, daily, LATE)).isEqualTo(new Plan.Send(due, "digest " + due));
        assertThat(plan(Severity.INFO, daily, due.minusSeconds(1))).isEqualTo(new Plan.Send(due, "digest " + due));
        assertThat(((Plan.Send) plan(Severity.INFO, daily, due)).due()).isEqualTo(due.plus(Duration.ofDays(1)));
        assertThat(plan(Severity.CRITICAL, daily, LATE)).isEqualTo(new Plan.Send(LATE, null));
        assertThat(Plan.of("c", Severity.INFO, false, daily, Severity.INFO, AlertType.BUDGET_THRESHOLD, due))
                .as("a channel that tells of one alert at a time")
                .isEqualTo(new Plan.Send(due, null));
    }

    /** A backfill of a month has a budget of each day of it cross its thresholds within seconds. */
    @Test
    void whatIsAboutPeriodsThatAreOverGoesTogether() {
        Instant due = Instant.parse("2026-01-15T22:05:00Z");
        Plan.Send together = new Plan.Send(due, "closed " + due);

        assertThat(new Plan.Send(LATE, null).gathered()).isEqualTo(together);
        assertThat(new Plan.Send(LATE.plusSeconds(299), null).gathered()).isEqualTo(together);
        var digest = new Plan.Send(LATE, "digest");
        assertThat(digest.gathered()).isEqualTo(digest);
    }

    @Test
    void retriesSpreadOverADayAndEndThere() {
        Instant first = Instant.parse("2026-01-15T00:00:00Z");
        Instant now = first;
        int attempts = 1;
        var next = Retries.next(attempts, first, now, null, 0.5);
        assertThat(next).contains(first.plusSeconds(5));
        while (next.isPresent()) {
            assertThat(next.get()).isAfter(now);
            now = next.get();
            attempts++;
            next = Retries.next(attempts, first, now, null, 0.5);
        }

        assertThat(attempts).isBetween(10, 20);
        assertThat(now).as("the last is a day after the first").isEqualTo(first.plus(Duration.ofHours(24)));
        assertThat(Retries.next(1, first, first, null, 0.0)).contains(first.plusSeconds(4));
        assertThat(Retries.next(1, first, first, null, 1.0)).contains(first.plusSeconds(6));
        assertThat(Retries.next(1, first, first, Duration.ofMinutes(2), 0.5)).contains(first.plusSeconds(120));
        assertThat(Retries.next(1, first, first, Duration.ofDays(2), 0.5)).contains(first.plus(Duration.ofHours(4)));
    }

    private static Plan plan(Severity severity, Preferences preferences, Instant now) {
        return Plan.of("c", Severity.INFO, true, preferences, severity, AlertType.BUDGET_THRESHOLD, now);
    }

    private static Preferences with(Severity minimum, @Nullable QuietHours quiet, @Nullable Digest digest) {
        return new Preferences(minimum, EnumSet.allOf(AlertType.class), null, quiet, digest);
    }
}
