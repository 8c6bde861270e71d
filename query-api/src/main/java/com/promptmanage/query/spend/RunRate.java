package com.promptmanage.query.spend;

import com.promptmanage.streams.budget.Thresholds;
import com.promptmanage.topics.budget.Period.Window;
import java.util.OptionalLong;

/**
 * What a period ends at if it goes on as it went so far, along a straight line: the figure that forecast thresholds are compared
 * with as events come in. What people are told is the {@link Forecast}, which knows weekdays.
 */
public final class RunRate {

    private RunRate() {}

    /**
     * @param spent so far, in any unit
     * @return empty if the period is over, too young, or has no end worth the name
     */
    public static OptionalLong project(long spent, Window window, long nowMs) {
        return Thresholds.mayForecast(window, nowMs)
                ? OptionalLong.of(Thresholds.project(spent, window, nowMs))
                : OptionalLong.empty();
    }
}
