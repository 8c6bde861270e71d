package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Numbers of those who do not care how they write them: 12, 12.0, "12". */
public final class LooseNumber {

    private static final int DIGITS_MAX = 32;

    private static final int NANO_PLACES = 9;

    private LooseNumber() {}

    /** A token count; 0, and a fault, if it is none. */
    static long count(JsonNode value, String field, FaultSink faults) {
        BigDecimal number = number(value);
        if (number != null && isWhole(number)) {
            long count = number.longValueExact();
            if (count <= TokenCounts.MAX) {
                return count;
            }
        }
        faults.add(field, "is not a token count: " + Excerpt.of(value), "Send an integer from 0 to 1000000000000.");
        return 0;
    }

    /** Whether a number could be a count, however it is written; its size is looked at before it is written out. */
    static boolean isWhole(BigDecimal number) {
        return number.signum() >= 0
                && digitsBeforePoint(number) <= 13
                && number.scale() <= DIGITS_MAX
                && number.stripTrailingZeros().scale() <= 0;
    }

    /** A whole number from 0 to a limit, its fraction cut off; null if it is none. */
    public static @Nullable Long wholeOrNull(JsonNode value, long max) {
        BigDecimal number = number(value);
        if (number == null || number.signum() < 0 || digitsBeforePoint(number) > 18 || number.scale() > DIGITS_MAX) {
            return null;
        }
        long whole = number.longValue();
        return whole > max ? null : (Long) whole;
    }

    /**
     * US dollars as nanoUSD, half-even.
     *
     * @param maxNanoUsd more is not believed
     * @return null if it says nothing that could be a cost
     */
    public static @Nullable Long nanoUsd(JsonNode value, long maxNanoUsd) {
        BigDecimal usd = number(value);
        if (usd == null || usd.signum() < 0) {
            return null;
        }
        // First its size: to write out 1e-999999999 with all its places would take a gigabyte.
        long digits = digitsBeforePoint(usd);
        if (usd.signum() == 0 || digits < -NANO_PLACES) {
            return 0L;
        }
        if (digits > Long.SIZE / 4) {
            return null;
        }
        BigDecimal nanoUsd = usd.movePointRight(NANO_PLACES).setScale(0, RoundingMode.HALF_EVEN);
        return nanoUsd.compareTo(BigDecimal.valueOf(maxNanoUsd)) > 0 ? null : nanoUsd.longValueExact();
    }

    /** Seconds since 1970, with a fraction, as nanoseconds; null if it is no such time. */
    public static @Nullable Long secondsAsNanos(JsonNode value) {
        BigDecimal seconds = number(value);
        if (seconds == null
                || seconds.signum() <= 0
                || digitsBeforePoint(seconds) > 10
                || seconds.scale() > 2 * DIGITS_MAX) {
            return null;
        }
        BigDecimal nanos = seconds.movePointRight(NANO_PLACES);
        return nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? null : (Long) nanos.longValue();
    }

    /** Null if it is none. */
    static @Nullable BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        if (!value.isTextual() || value.textValue().length() > DIGITS_MAX) {
            return null;
        }
        try {
            return new BigDecimal(value.textValue().strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static long digitsBeforePoint(BigDecimal number) {
        return (long) number.precision() - number.scale();
    }
}
