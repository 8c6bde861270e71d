package com.promptmanage.runner.trigger;

import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous workflows: when an execution has completed, and its delay is over, there is another with the same data, as long as
 * the workflow's condition holds. The first one is somebody's; one that fails is the last. Each goes on from one that is named in
 * its key, and so once.
 */
public final class ContinuousRuns {

    private static final Logger LOGGER = LoggerFactory.getLogger(ContinuousRuns.class);

    private final Runs runs;

    private final Predicate<Runs.Last> holds;

    /** @param holds whether the workflow's own condition, if it has one, lets it go on after this execution */
    public ContinuousRuns(Runs runs, Predicate<Runs.Last> holds) {
        this.runs = runs;
        this.holds = holds;
    }

    void look() {
        for (Runs.Last last : runs.lastOfContinuous()) {
            try {
                boolean isDue =
                        !last.completedAt().plus(last.settings().loopDelay()).isAfter(last.now());
                if (isDue && holds.test(last)) {
                    again(last);
                }
            } catch (UnavailableException e) {
                throw e;
            } catch (RuntimeException e) {
                LOGGER.atError()
                        .setCause(e)
                        .addKeyValue("workflowId", last.workflowId())
                        .log("a continuous workflow does not go on for now");
            }
        }
    }

    private void again(Runs.Last last) {
        try {
            runs.enqueue(new NewRun(
                    last.workflowId(),
                    null,
                    last.userId(),
                    TriggeredBy.SYSTEM,
                    last.triggerData(),
                    "continuous:" + last.executionId(),
                    false,
                    null));
        } catch (ProblemException e) {
            LOGGER.atInfo()
                    .addKeyValue("workflowId", last.workflowId())
                    .addKeyValue("cause", e.getMessage())
                    .log("a continuous workflow does not go on");
        }
    }
}
