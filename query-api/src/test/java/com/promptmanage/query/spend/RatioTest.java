package com.promptmanage.query.spend;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
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
        var november = new Window(start, Instant.parse("2026-12-01T00:00:00Z").toEpochMilli());

        assertThat(RunRate.project(22_800_000_000L, november, start + days(15))).hasValue(45_600_000_000L);
        assertThat(RunRate.project(1, november, november.endMs()))
                .as("it is over")
                .isEmpty();
        assertThat(RunRate.project(1, november, start + days(2)))
                .as("it is too young")
                .isEmpty();
    }

    @Test
    void aBudgetWithoutAPeriodHeadsNowhere() {
        Window total = Period.of(Period.Unit.TOTAL, ZoneOffset.UTC).windowAt(days(20_000));

        assertThat(RunRate.project(5, total, days(900_000))).isEmpty();
    }

    private static long days(long days) {
        return Duration.ofDays(days).toMillis();
    }
}
