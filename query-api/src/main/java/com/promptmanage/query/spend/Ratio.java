package com.promptmanage.query.spend;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** One exact amount in proportion to another, rounded once and only to be shown. */
public final class Ratio {

    private static final int PERCENT_PLACES = 3;

    private Ratio() {}

    /** {@code part} of {@code whole} in percent, to three places, half-even; 0 of nothing. */
    public static BigDecimal percent(long part, long whole) {
        if (whole == 0) {
            return BigDecimal.ZERO;
        }
        BigDecimal percent = BigDecimal.valueOf(part)
                .movePointRight(2)
                .divide(BigDecimal.valueOf(whole), PERCENT_PLACES, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        // Stripping makes 1E+2 of 100, which is the same number and a surprise to readers of JSON.
        return percent.scale() < 0 ? percent.setScale(0, RoundingMode.UNNECESSARY) : percent;
    }

    /** {@code total / count}, half-even; 0 for none. */
    public static long average(long total, long count) {
        return count == 0
                ? 0
                : BigDecimal.valueOf(total)
                        .divide(BigDecimal.valueOf(count), 0, RoundingMode.HALF_EVEN)
                        .longValueExact();
    }
}
