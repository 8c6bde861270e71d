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

    /** A day may have 23 hours. */
    Instant end(Instant start, ZoneId zone) {
        return start.atZone(zone).plus(1, unit).toInstant();
    }
}
