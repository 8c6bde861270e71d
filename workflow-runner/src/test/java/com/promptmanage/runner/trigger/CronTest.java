package com.promptmanage.runner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {

    private static final Instant YEAR = Instant.parse("2026-01-01T00:00:00Z");

    private static final Instant NEXT_YEAR = Instant.parse("2027-01-01T00:00:00Z");

    static Stream<Arguments> times() {
        return Stream.of(
                argumentSet(
                        "nine in the morning is nine before and after the clocks go forward",
                        "0 9 * * *",
                        "America/New_York",
                        "2026-03-07T12:00:00Z",
                        List.of("2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z", "2026-03-09T13:00:00Z")),
                argumentSet(
                        "what falls into the hour that is left out fires at its end",
                        "30 2 * * *",
                        "Europe/Berlin",
                        "2026-03-28T12:00:00Z",
                        List.of("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")),
                argumentSet(
                        "two times in the hour that is left out fire once, at its end",
                        "10,40 2 * * *",
                        "Europe/Berlin",
                        "2026-03-28T12:00:00Z",
                        List.of("2026-03-29T01:00:00Z", "2026-03-30T00:10:00Z")),
                argumentSet(
                        "what falls into the hour that comes twice fires the first time only",
                        "30 2 * * *",
                        "Europe/Berlin",
                        "2026-10-24T12:00:00Z",
                        List.of("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")),
                argumentSet(
                        "asked in the second of the two hours, it does not fire again",
                        "30 2 * * *",
                        "Europe/Berlin",
                        "2026-10-25T01:10:00Z",
                        List.of("2026-10-26T01:30:00Z")),
                argumentSet(
                        "every half hour fires in both of the two hours",
                        "*/30 * * * *",
                        "Europe/Berlin",
                        "2026-10-24T23:45:00Z",
                        List.of(
                                "2026-10-25T00:00:00Z",
                                "2026-10-25T00:30:00Z",
                                "2026-10-25T01:00:00Z",
                                "2026-10-25T01:30:00Z",
                                "2026-10-25T02:00:00Z")),
                argumentSet(
                        "every hour is every hour however it is written",
                        "30 */1 * * *",
                        "Europe/Berlin",
                        "2026-10-24T23:45:00Z",
                        List.of("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z")),
                argumentSet(
                        "every half hour goes on over the hour that is left out",
                        "*/30 * * * *",
                        "Europe/Berlin",
                        "2026-03-29T00:15:00Z",
                        List.of("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z")),
                argumentSet(
                        "clocks that change at midnight",
                        "0 0 * * *",
                        "America/Santiago",
                        "2026-09-05T12:00:00Z",
                        List.of("2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")),
                argumentSet(
                        "half an hour of summer time",
                        "15 2 * * *",
                        "Australia/Lord_Howe",
                        "2026-10-03T00:00:00Z",
                        List.of("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")),
                argumentSet(
                        "the leap day",
                        "0 12 29 2 *",
                        "UTC",
                        "2026-01-01T00:00:00Z",
                        List.of("2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z")),
                argumentSet(
                        "weekdays",
                        "0 9 * * 1-5",
                        "UTC",
                        "2026-11-20T10:00:00Z",
                        List.of("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z")));
    }

    @ParameterizedTest
    @MethodSource("times")
    void firesWhenItsZonesClocksSaySo(String expression, String zone, String after, List<String> expected) {
        Cron cron = Cron.of(expression, ZoneId.of(zone));
        var fired = new ArrayList<String>();
        Instant at = Instant.parse(after);
        for (int i = 0; i < expected.size(); i++) {
            at = cron.next(at).orElseThrow();
            fired.add(at.toString());
        }

        assertThat(fired).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"})
    void overAYearTheNextTimeIsAlwaysLaterAndNoneIsPassedOver(String zone) {
        for (String expression : List.of("0 */3 * * *", "15 2 * * *", "59 23 * * 0")) {
            List<Instant> fired = fired(Cron.of(expression, ZoneId.of(zone)), YEAR, NEXT_YEAR);

            assertThat(fired).as(expression).isNotEmpty();
        }
    }

    /** One day is like another where clocks do not change, so of many times a day those around the changes are looked at. */
    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"})
    void whatFiresEveryFewMinutesFiresWheneverTheClockShowsThemAndAtNoOtherTime(String zone) {
        Cron cron = Cron.of("*/7 * * * *", ZoneId.of(zone));
        ZoneRules rules = ZoneId.of(zone).getRules();
        int changes = 0;
        for (ZoneOffsetTransition change = rules.nextTransition(YEAR);
                change.getInstant().isBefore(NEXT_YEAR);
                change = rules.nextTransition(change.getInstant())) {
            Instant from = change.getInstant().minus(Duration.ofDays(1));
            Instant to = change.getInstant().plus(Duration.ofDays(1));
            List<Instant> shown = Stream.iterate(from.plusSeconds(60), at -> !at.isAfter(to), at -> at.plusSeconds(60))
                    .filter(at -> at.atZone(ZoneId.of(zone)).getMinute() % 7 == 0)
                    .toList();

            assertThat(fired(cron, from, to)).as("around %s", change).isEqualTo(shown);
            changes++;
        }
        assertThat(changes).isEqualTo(2);
    }

    /** From the first after a time to the last before or at another, each asked for from the one before. */
    private static List<Instant> fired(Cron cron, Instant from, Instant to) {
        var fired = new ArrayList<Instant>();
        Instant at = from;
        while (true) {
            Instant next = cron.next(at).orElseThrow();
            if (next.isAfter(to)) {
                return fired;
            }
            assertThat(next).as("after %s", at).isAfter(at);
            assertThat(cron.next(next.minusMillis(1)))
                    .as("asked just before it, it is still the next")
                    .contains(next);
            fired.add(next);
            at = next;
        }
    }

    @Test
    void aDayThatNeverComesIsNeverAndSaysSoSoon() {
        for (String never : List.of("0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "* * 31 2 *")) {
            assertThat(Cron.of(never, ZoneId.of("Europe/Berlin")).next(Instant.parse("2026-01-01T00:00:00Z")))
                    .as(never)
                    .isEmpty();
        }
    }

    @Test
    void whatIsNoCronExpressionIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cron.of("0 9 * *", ZoneId.of("UTC")))
                .withMessageContaining("4 fields");
        assertThatIllegalArgumentException().isThrownBy(() -> Cron.of("99 9 * * *", ZoneId.of("UTC")));
    }
}
