package com.promptmanage.query.meters;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** How finely a range is divided. Named as OpenMeter does. */
enum WindowSize {
    MINUTE(ChronoUnit.MINUTES),
    HOUR(ChronoUnit.HOURS),
    DAY(ChronoUnit.DAYS),
    MONTH(ChronoUnit.MONTHS);

    private final ChronoUnit unit;

    WindowSize(ChronoUnit unit) {
        this.unit = unit;
    }

    /**
     * When a window begins.
     *
     * @param truncated as the database has it: of a midnight that there is twice, when clocks go back, it takes the second
     */
    Instant start(Instant truncated, ZoneId zone) {
        return isOfDays()
                ? truncated.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant()
                : truncated;
    }

    /** A day may have 23 hours, and begin at one o'clock, when clocks go forward at midnight. */
    Instant end(Instant start, ZoneId zone) {
        return isOfDays()
                ? start.atZone(zone)
                        .toLocalDate()
                        .plus(1, unit)
                        .atStartOfDay(zone)
                        .toInstant()
                : start.plus(1, unit);
    }

    private boolean isOfDays() {
        return unit.isDateBased();
    }
}
