package com.promptmanage.query.request;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The range of time that {@code startDate} and {@code endDate} name, open where one is missing. A date is a whole day of the
 * zone, the last one included; a time is a moment, the end excluded.
 *
 * @param from null for since ever
 * @param to exclusive; null for no end
 */
public record DateRange(@Nullable Instant from, @Nullable Instant to) {

    private static final String REMEDY = "Send a date such as 2026-11-30 or a time such as 2026-11-30T12:00:00Z.";

    private static final int YEAR_MIN = 1970;

    private static final int YEAR_MAX = 2999;

    public static DateRange read(Context ctx, ZoneId zone, Faults faults) {
        @Nullable Instant from = moment(ctx, "startDate", 0, zone, faults);
        @Nullable Instant to = moment(ctx, "endDate", 1, zone, faults);
        if (from != null && to != null && !from.isBefore(to)) {
            faults.add("endDate", "is not after startDate", "Send a later one.");
        }
        return new DateRange(from, to);
    }

    /**
     * Whether there are more than so many days from one moment to another: days of the zone's calendar, or of 24 hours each,
     * whichever reach further. A clock that is set back in between makes an hour more, and no day.
     */
    public static boolean isLonger(Instant from, Instant to, int days, ZoneId zone) {
        return from.plus(Duration.ofDays(days)).isBefore(to)
                && from.atZone(zone).plusDays(days).toInstant().isBefore(to);
    }

    private static @Nullable Instant moment(Context ctx, String name, int daysAfter, ZoneId zone, Faults faults) {
        @Nullable String text = ctx.queryParam(name);
        if (text == null) {
            return null;
        }
        try {
            Instant moment = text.indexOf('T') < 0
                    ? LocalDate.parse(text)
                            .plusDays(daysAfter)
                            .atStartOfDay(zone)
                            .toInstant()
                    : OffsetDateTime.parse(text).toInstant();
            int year = moment.atZone(zone).getYear();
            if (year >= YEAR_MIN && year <= YEAR_MAX) {
                return moment;
            }
            faults.add(name, "is in the year " + year, "Send one from %d to %d.".formatted(YEAR_MIN, YEAR_MAX));
        } catch (DateTimeException e) {
            faults.add(name, "is neither a date nor a time", REMEDY);
        }
        return null;
    }
}
