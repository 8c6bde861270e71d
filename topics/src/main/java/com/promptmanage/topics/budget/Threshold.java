package com.promptmanage.topics.budget;

/** A point at which a budget warns. */
public sealed interface Threshold {

    Severity severity();

    /**
     * A share of the limit.
     *
     * @param thousandths of a percent: 75 % is 75,000. Compared exactly, never rounded.
     */
    record Percent(long thousandths, Severity severity) implements Threshold {
        public Percent {
            requirePositive(thousandths, 1_000_000, "percent");
        }
    }

    /**
     * An amount in the limit's own unit.
     *
     * @param amount nanoUSD or tokens
     */
    record Amount(long amount, Severity severity) implements Threshold {
        public Amount {
            requirePositive(amount, Long.MAX_VALUE, "amount");
        }
    }

    /**
     * A share of the limit that the period will end at if it goes on as it went so far.
     *
     * @param thousandths of a percent
     */
    record Forecast(long thousandths, Severity severity) implements Threshold {
        public Forecast {
            requirePositive(thousandths, 1_000_000, "forecastPercent");
        }
    }

    private static void requirePositive(long value, long max, String name) {
        if (value <= 0 || value > max) {
            throw new IllegalArgumentException("threshold %s must be above 0%s, got %d%s"
                    .formatted(
                            name,
                            max == Long.MAX_VALUE ? "" : " and at most 1000",
                            value,
                            max == Long.MAX_VALUE ? "" : " thousandths"));
        }
    }
}
