package com.promptmanage.query.spend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RatioTest {

    @Test
    void percentagesAreWorkedOutOfIntegersAndRoundedOnce() {
        assertThat(Ratio.percent(1, 3)).isEqualByComparingTo("33.333");
        assertThat(Ratio.percent(2, 3)).isEqualByComparingTo("66.667");
        assertThat(Ratio.percent(749_999, 1_000_000)).isEqualByComparingTo("75");
        assertThat(Ratio.percent(Long.MAX_VALUE, Long.MAX_VALUE).toString()).isEqualTo("100");
        assertThat(Ratio.percent(5, 0)).isEqualByComparingTo("0");
    }

    @Test
    void anAverageOfNothingIsZero() {
        assertThat(Ratio.average(0, 0)).isZero();
        assertThat(Ratio.average(5, 2)).as("half-even").isEqualTo(2);
        assertThat(Ratio.average(7, 2)).isEqualTo(4);
    }

    @Test
    void aRunRateIsWhatThePeriodEndsAtIfItGoesOnAsItWent() {
        long start = Instant.parse("2026-11-01T00:00:00Z").toEpochMilli();
        long end = Instant.parse("2026-12-01T00:00:00Z").toEpochMilli();
        long now = start + Duration.ofDays(15).toMillis();

        assertThat(RunRate.project(22_800_000_000L, start, end, now)).hasValue(45_600_000_000L);
        assertThat(RunRate.project(1, start, end, end)).as("it is over").isEmpty();
        assertThat(RunRate.project(1, start, end, start + Duration.ofDays(2).toMillis()))
                .as("it is too young")
                .isEmpty();
        assertThat(RunRate.project(Long.MAX_VALUE, start, end, now)).hasValue(Long.MAX_VALUE);
    }

    @Test
    void aBudgetWithoutAPeriodHeadsNowhere() {
        assertThat(RunRate.project(
                        5,
                        0,
                        Instant.parse("9999-01-01T00:00:00Z").toEpochMilli(),
                        Instant.parse("2990-01-01T00:00:00Z").toEpochMilli()))
                .isEmpty();
    }
}
