package com.promptmanage.runner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CronTest {

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

    @Test
    void inEveryZoneTheNextTimeIsAlwaysLaterAndNoneIsLeftOut() {
        for (String zone : List.of("Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca")) {
            for (String expression : List.of("*/7 * * * *", "0 */3 * * *", "15 2 * * *", "59 23 * * 0")) {
                Cron cron = Cron.of(expression, ZoneId.of(zone));
                Instant end = Instant.parse("2027-01-01T00:00:00Z");
                Instant at = Instant.parse("2026-01-01T00:00:00Z");
                while (at.isBefore(end)) {
                    Instant next = cron.next(at).orElseThrow();
                    assertThat(next)
                            .as("%s in %s after %s", expression, zone, at)
                            .isAfter(at);
                    // Asked just before it, it is still the next.
                    assertThat(cron.next(next.minusMillis(1))).contains(next);
                    at = next;
                }
            }
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
