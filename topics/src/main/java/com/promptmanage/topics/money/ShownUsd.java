package com.promptmanage.topics.money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Amounts for people, as the pages show them: dollars and cents, and of less than ten cents the first three digits that
 * say something. Rounded half away from zero, as a browser does. Never add what this returns.
 */
public final class ShownUsd {

    private static final int PLACES = 9;

    private static final int CENTS = 2;

    private static final long TEN_CENTS = 100_000_000;

    private static final int DIGITS = 3;

    /** The last of them is a hundredth of a percent, or less. */
    private static final int DIGITS_OF_WHOLE = 5;

    private ShownUsd() {}

    public static String of(long nanoUsd) {
        return shown(nanoUsd, placesOf(nanoUsd));
    }

    /**
     * An amount beside another that it is measured by: with as many places as a hundredth of a percent of that takes, so
     * that a little more than a limit does not look like the limit.
     *
     * @param wholeNanoUsd above 0
     */
    public static String of(long nanoUsd, long wholeNanoUsd) {
        return shown(nanoUsd, Math.max(placesOf(nanoUsd), placesOf(wholeNanoUsd, DIGITS_OF_WHOLE)));
    }

    private static int placesOf(long nanoUsd) {
        boolean isSmall = nanoUsd != 0 && nanoUsd > -TEN_CENTS && nanoUsd < TEN_CENTS;
        return isSmall ? placesOf(nanoUsd, DIGITS) : CENTS;
    }

    private static int placesOf(long nanoUsd, int digits) {
        return Math.clamp(PLACES - BigDecimal.valueOf(nanoUsd).precision() + digits, CENTS, PLACES);
    }

    private static String shown(long nanoUsd, int places) {
        BigDecimal exact = BigDecimal.valueOf(nanoUsd, PLACES);
        BigDecimal shown = exact.setScale(places, RoundingMode.HALF_UP).stripTrailingZeros();
        return "%s$%s"
                .formatted(
                        nanoUsd < 0 ? "-" : "",
                        String.format(Locale.ROOT, "%,." + Math.max(CENTS, shown.scale()) + "f", shown.abs()));
    }
}
