package com.promptmanage.query.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Amounts as the pages show them: dollars and cents, and of less than ten cents the first three digits that say something. */
final class ShownUsd {

    private static final int PLACES = 9;

    private static final int CENTS = 2;

    private static final long TEN_CENTS = 100_000_000;

    private static final int DIGITS = 3;

    private ShownUsd() {}

    /** Rounded half away from zero, as a browser does. Never add what this returns. */
    static String of(long nanoUsd) {
        BigDecimal exact = BigDecimal.valueOf(nanoUsd, PLACES);
        boolean isSmall = nanoUsd != 0 && exact.abs().compareTo(BigDecimal.valueOf(TEN_CENTS, PLACES)) < 0;
        int places = isSmall ? Math.clamp(PLACES - exact.precision() + DIGITS, CENTS, PLACES) : CENTS;
        BigDecimal shown = exact.setScale(places, RoundingMode.HALF_UP).stripTrailingZeros();
        return "%s$%s"
                .formatted(
                        nanoUsd < 0 ? "-" : "",
                        String.format(Locale.ROOT, "%,." + Math.max(CENTS, shown.scale()) + "f", shown.abs()));
    }
}
