package com.promptmanage.query.spend;

import com.promptmanage.query.spend.Forecast.DaysLeft;
import com.promptmanage.query.spend.Forecast.Known;
import com.promptmanage.query.spend.Forecast.Method;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;

/**
 * The mean of the past days, of each weekday if there are two weeks of them, and how far the days lie around it.
 *
 * <p>The interval is that of a prediction: the days left vary as the past ones did around their means, independently, and the
 * means themselves are uncertain the more the fewer days they are of.
 */
final class WeekdayMeans {

    private static final MathContext DIGITS = MathContext.DECIMAL128;

    private static final int WEEK = 7;

    private static final int WEEKDAYS_FROM_DAYS = 2 * WEEK;

    private static final int FREEDOM_MIN = 6;

    /** Student's t at 90 % on one side, in thousandths, for 6 to 21 degrees of freedom: what 7 to 28 days leave. */
    private static final int[] T_THOUSANDTHS = {
        1440, 1415, 1397, 1383, 1372, 1363, 1356, 1350, 1345, 1341, 1337, 1333, 1330, 1328, 1325, 1323
    };

    private final Method method;

    private final long[] counts;

    private final BigDecimal[] means;

    /** Of the amounts around their means. */
    private final BigDecimal squares;

    private final int freedom;

    private WeekdayMeans(Method method, long[] counts, BigDecimal[] means, BigDecimal squares, int freedom) {
        this.method = method;
        this.counts = counts;
        this.means = means;
        this.squares = squares;
        this.freedom = freedom;
    }

    /** @param past of at least {@link Forecast#DAYS_MIN} and at most {@link PastDays#DAYS_MAX} days */
    static WeekdayMeans of(PastDays past) {
        Method method = past.size() < WEEKDAYS_FROM_DAYS ? Method.DAILY_MEAN : Method.WEEKDAY_MEANS;
        int groups = method == Method.DAILY_MEAN ? 1 : WEEK;
        var counts = new long[groups];
        var sums = new BigDecimal[groups];
        Arrays.fill(sums, BigDecimal.ZERO);
        for (int i = 0; i < past.size(); i++) {
            int group = group(past, i, groups);
            counts[group]++;
            sums[group] = sums[group].add(BigDecimal.valueOf(past.amounts().get(i)));
        }
        var means = new BigDecimal[groups];
        for (int group = 0; group < groups; group++) {
            means[group] = sums[group].divide(BigDecimal.valueOf(counts[group]), DIGITS);
        }
        BigDecimal squares = BigDecimal.ZERO;
        for (int i = 0; i < past.size(); i++) {
            BigDecimal off = BigDecimal.valueOf(past.amounts().get(i)).subtract(means[group(past, i, groups)]);
            squares = squares.add(off.multiply(off, DIGITS), DIGITS);
        }
        return new WeekdayMeans(method, counts, means, squares, past.size() - groups);
    }

    private static int group(PastDays past, int day, int groups) {
        return groups == 1 ? 0 : past.first().plusDays(day).getDayOfWeek().getValue() - 1;
    }

    Known forecast(long spent, DaysLeft left, int days) {
        BigDecimal expected = BigDecimal.valueOf(spent);
        BigDecimal spread = left.total();
        for (int group = 0; group < means.length; group++) {
            BigDecimal daysLeft =
                    means.length == 1 ? left.total() : left.byWeekday().get(group);
            expected = expected.add(daysLeft.multiply(means[group], DIGITS), DIGITS);
            spread = spread.add(
                    daysLeft.multiply(daysLeft, DIGITS).divide(BigDecimal.valueOf(counts[group]), DIGITS), DIGITS);
        }
        BigDecimal margin = squares.divide(BigDecimal.valueOf(freedom), DIGITS)
                .multiply(spread, DIGITS)
                .sqrt(DIGITS)
                .multiply(BigDecimal.valueOf(T_THOUSANDTHS[freedom - FREEDOM_MIN], 3), DIGITS);
        long estimate = Forecast.whole(expected, RoundingMode.HALF_EVEN);
        return new Known(
                estimate,
                // What is spent stays spent, unless corrections are what is foretold.
                Math.max(Forecast.whole(expected.subtract(margin), RoundingMode.FLOOR), Math.min(spent, estimate)),
                Forecast.whole(expected.add(margin), RoundingMode.CEILING),
                days,
                method);
    }
}
