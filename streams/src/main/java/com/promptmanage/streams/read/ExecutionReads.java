package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;

/**
 * What executions have come to, from committed state. An execution counts in the quarter of an hour in which it was queued, with
 * everything that it did later. Callable from any thread.
 */
public interface ExecutionReads {

    /**
     * All workflows of an account that had executions in a range, by their ids.
     *
     * @param fromMs first moment, ms since the epoch; rounded down to a quarter of an hour
     * @param toMs end, exclusive; rounded up to a quarter of an hour
     */
    Map<String, RunFigures> workflows(Account account, long fromMs, long toMs);

    /** One workflow in a range as in {@link #workflows}. */
    WorkflowFigures workflow(Account account, String workflowId, long fromMs, long toMs, ZoneId zone);

    /**
     * One workflow's executions.
     *
     * @param days by the days of the zone, those without executions left out
     * @param nodes of all nodes that ran, by their ids
     */
    record WorkflowFigures(Map<LocalDate, DayFigures> days, Map<String, RunFigures> nodes) {

        /** All days together. */
        public RunFigures total() {
            return days.values().stream().map(DayFigures::executions).reduce(RunFigures.NONE, RunFigures::plus);
        }
    }

    /** @param failuresByNode how many runs of each node failed in the day's executions; those without failures left out */
    record DayFigures(RunFigures executions, Map<String, Long> failuresByNode) {}
}
