package com.promptmanage.streams.budget;

import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.budget.Threshold;
import java.math.BigInteger;
import java.util.List;

/**
 * The thresholds of one budget, made ready to be compared with: each as the least amount that reaches it.
 *
 * <p>A share of the limit that is no whole amount is reached by the next whole one, so nothing is rounded in a comparison:
 * 74.999999 % of a limit is not 75 %.
 */
public final class Thresholds {

    /** A forecast needs a tenth of the period to go by: before that, one large call would foretell ruin. */
    private static final int FORECAST_AFTER = 10;

    private static final BigInteger WHOLE = BigInteger.valueOf(100_000);

    private final List<Threshold> thresholds;

    private final long[] least;

    private final boolean[] forecast;

    private final boolean anyForecast;

    public Thresholds(Budget budget) {
        thresholds = budget.thresholds();
        least = new long[thresholds.size()];
        forecast = new boolean[thresholds.size()];
        boolean any = false;
        long limit = budget.limit().amount();
        for (int i = 0; i < least.length; i++) {
            least[i] = switch (thresholds.get(i)) {
                case Threshold.Percent percent -> share(limit, percent.thousandths());
                case Threshold.Amount amount -> amount.amount();
                case Threshold.Forecast share -> share(limit, share.thousandths());
            };
            forecast[i] = thresholds.get(i) instanceof Threshold.Forecast;
            any |= forecast[i];
        }
        anyForecast = any;
    }

    public Threshold get(int index) {
        return thresholds.get(index);
    }

    /**
     * The thresholds that an amount has reached, as a set of bits by index.
     *
     * @param spent in the limit's unit
     * @param nowMs tells how much of the window has gone by, for forecasts; a window that is over, or has no end, has none
     */
    public int reached(long spent, Window window, long nowMs) {
        int reached = 0;
        for (int i = 0; i < least.length; i++) {
            if (!forecast[i] && spent >= least[i]) {
                reached |= 1 << i;
            }
        }
        return anyForecast && mayForecast(window, nowMs) ? reached | foreseen(spent, window, nowMs) : reached;
    }

    /**
     * Of the thresholds newly reached, those to raise: the highest that was spent, and the highest that is foreseen if it
     * lies above what was spent; of several at the same amount the severest. The rest are passed in silence.
     *
     * @param newly a set of bits by index
     */
    public int toRaise(int newly, long spent) {
        int spentIndex = highest(newly, false);
        int foreseenIndex = highest(newly, true);
        int raise = spentIndex < 0 ? 0 : 1 << spentIndex;
        if (foreseenIndex >= 0 && least[foreseenIndex] > spent) {
            raise |= 1 << foreseenIndex;
        }
        return raise;
    }

    /** What a window is heading for if it goes on as it went so far, in the limit's unit; what was spent if none can tell. */
    public static long project(long spent, Window window, long nowMs) {
        if (!mayForecast(window, nowMs)) {
            return spent;
        }
        BigInteger projected = BigInteger.valueOf(spent)
                .multiply(BigInteger.valueOf(window.endMs() - window.startMs()))
                .divide(BigInteger.valueOf(nowMs - window.startMs()));
        return projected.bitLength() < Long.SIZE ? projected.longValue() : Long.MAX_VALUE;
    }

    /** Whether enough of a window has gone by, and some of it is left, to tell where it is heading. */
    public static boolean mayForecast(Window window, long nowMs) {
        long length = window.endMs() - window.startMs();
        return window.startMs() > 0 && nowMs < window.endMs() && (nowMs - window.startMs()) * FORECAST_AFTER >= length;
    }

    private int foreseen(long spent, Window window, long nowMs) {
        long length = window.endMs() - window.startMs();
        long elapsed = nowMs - window.startMs();
        int foreseen = 0;
        for (int i = 0; i < least.length; i++) {
            if (forecast[i] && isProductAtLeast(spent, length, least[i], elapsed)) {
                foreseen |= 1 << i;
            }
        }
        return foreseen;
    }

    private int highest(int newly, boolean forecasts) {
        int highest = -1;
        for (int i = 0; i < least.length; i++) {
            if ((newly & 1 << i) != 0 && forecast[i] == forecasts && (highest < 0 || isAbove(i, highest))) {
                highest = i;
            }
        }
        return highest;
    }

    /** Of two that one amount reaches together, the severer is the one to tell. */
    private boolean isAbove(int one, int other) {
        return least[one] != least[other]
                ? least[one] > least[other]
                : thresholds.get(one).severity().compareTo(thresholds.get(other).severity()) > 0;
    }

    /** Whether a·b ≥ c·d, of numbers that are not negative, in 128 bits. */
    private static boolean isProductAtLeast(long a, long b, long c, long d) {
        long leftHigh = Math.multiplyHigh(a, b);
        long rightHigh = Math.multiplyHigh(c, d);
        return leftHigh != rightHigh ? leftHigh > rightHigh : Long.compareUnsigned(a * b, c * d) >= 0;
    }

    private static long share(long limit, long thousandths) {
        BigInteger[] share = BigInteger.valueOf(limit)
                .multiply(BigInteger.valueOf(thousandths))
                .divideAndRemainder(WHOLE);
        BigInteger least = share[1].signum() == 0 ? share[0] : share[0].add(BigInteger.ONE);
        return least.bitLength() < Long.SIZE ? least.longValue() : Long.MAX_VALUE;
    }
}
