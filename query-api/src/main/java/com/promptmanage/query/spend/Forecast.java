package com.promptmanage.query.spend;

import com.promptmanage.topics.budget.Period.Window;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a period ends at, as far as the days before today tell: what is spent, and for each day that is left the mean of its
 * weekday. The rest of today counts as the part of a day that it is, by how long the day is in its zone.
 *
 * <p>With fewer than two weeks of days, weekdays cannot be told apart, and every day left is taken for the mean of all. With
 * less than one, nothing is foretold.
 *
 * <p>Amounts are in one unit, nanoUSD or tokens. They are worked out in decimal with 34 digits and rounded once, at the end.
 */
public sealed interface Forecast {

    /** Fewer whole days foretell nothing. */
    int DAYS_MIN = 7;

    /** How often, of a hundred, the period ends between {@code low} and {@code high}, if its days vary as those before. */
    int CONFIDENCE_PERCENT = 80;

    /**
     * @param low never below what is spent
     * @param days how many whole days it is made of
     */
    record Known(long estimate, long low, long high, int days, Method method) implements Forecast {}

    /** @param days how many whole days there are */
    record Unknown(Reason reason, int days) implements Forecast {}

    /** How the days that are left are estimated. */
    enum Method {
        DAILY_MEAN,
        WEEKDAY_MEANS;

        /** The name in JSON. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why there is no figure. */
    enum Reason {
        TOO_LITTLE_DATA,
        PERIOD_OVER,
        /** A budget in total is for ever. */
        NO_END;

        /** The name in JSON. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param spent in the window so far
     * @param zone whose days the past ones are
     */
    static Forecast of(long spent, Window window, ZoneId zone, PastDays past, long nowMs) {
        if (window.startMs() <= 0) {
            return new Unknown(Reason.NO_END, past.size());
        }
        if (nowMs >= window.endMs()) {
            return new Unknown(Reason.PERIOD_OVER, past.size());
        }
        if (past.size() < DAYS_MIN) {
            return new Unknown(Reason.TOO_LITTLE_DATA, past.size());
        }
        return WeekdayMeans.of(past).forecast(spent, DaysLeft.of(window, zone, nowMs), past.size());
    }

    /**
     * How many days are left of a window; parts of days count as such.
     *
     * @param byWeekday from Monday
     */
    record DaysLeft(List<BigDecimal> byWeekday) {

        static DaysLeft of(Window window, ZoneId zone, long nowMs) {
            var left = new BigDecimal[7];
            Arrays.fill(left, BigDecimal.ZERO);
            long from = Math.max(nowMs, window.startMs());
            LocalDate day = Instant.ofEpochMilli(from).atZone(zone).toLocalDate();
            for (long start = startMs(day, zone); start < window.endMs(); ) {
                LocalDate next = day.plusDays(1);
                long end = startMs(next, zone);
                long part = Math.min(end, window.endMs()) - Math.max(start, from);
                // A day that its zone left out has no length, and nothing is spent on it.
                if (part > 0) {
                    int weekday = day.getDayOfWeek().getValue() - 1;
                    left[weekday] = left[weekday].add(
                            part == end - start
                                    ? BigDecimal.ONE
                                    : BigDecimal.valueOf(part)
                                            .divide(BigDecimal.valueOf(end - start), MathContext.DECIMAL128));
                }
                day = next;
                start = end;
            }
            return new DaysLeft(List.of(left));
        }

        private static long startMs(LocalDate day, ZoneId zone) {
            return day.atStartOfDay(zone).toInstant().toEpochMilli();
        }

        BigDecimal total() {
            BigDecimal total = BigDecimal.ZERO;
            for (BigDecimal days : byWeekday) {
                total = total.add(days);
            }
            return total;
        }
    }

    /** Rounds to a whole amount that there is. */
    static long whole(BigDecimal amount, RoundingMode rounding) {
        return amount.setScale(0, rounding)
                .max(BigDecimal.valueOf(Long.MIN_VALUE))
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }
}
