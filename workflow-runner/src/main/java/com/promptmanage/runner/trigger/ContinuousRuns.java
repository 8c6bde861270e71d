package com.promptmanage.runner.trigger;

import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous workflows: when an execution has completed, and its delay is over, there is another with the same data, as long as
 * the workflow's condition holds. The first one is somebody's; one that fails is the last. Each goes on from one that is named in
 * its key, and so once. For one thread.
 */
public final class ContinuousRuns {

    private static final Logger LOGGER = LoggerFactory.getLogger(ContinuousRuns.class);

    /** How long one that may not go on, such as by its account's tier, or whose condition cannot be told, is left alone. */
    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);

    private final Runs runs;

    /** Workflows that were refused, and until when they are left alone by the database's clock. */
    private final Map<String, Instant> refused = new HashMap<>();

    /** Workflows that have come to their end, and the execution after which the condition did not hold: it is asked once. */
    private final Map<String, String> ended = new HashMap<>();

    private final Predicate<Runs.Last> holds;

    /** @param holds whether the workflow's own condition, if it has one, lets it go on after this execution */
    public ContinuousRuns(Runs runs, Predicate<Runs.Last> holds) {
        this.runs = runs;
        this.holds = holds;
    }

    void look() {
        List<Runs.Last> all = runs.lastOfContinuous();
        Set<String> ids = all.stream().map(Runs.Last::workflowId).collect(Collectors.toSet());
        refused.keySet().retainAll(ids);
        ended.keySet().retainAll(ids);
        for (Runs.Last last : all) {
            try {
                if (isDue(last)) {
                    goOn(last);
                }
            } catch (UnavailableException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                refused.put(last.workflowId(), last.now().plus(AFTER_REFUSAL));
                LOGGER.atError()
                        .setCause(e)
                        .addKeyValue("workflowId", last.workflowId())
                        .log("a continuous workflow does not go on for now");
            }
        }
    }

    private boolean isDue(Runs.Last last) {
        return !last.completedAt().plus(last.settings().loopDelay()).isAfter(last.now())
                && !last.executionId().equals(ended.get(last.workflowId()))
                && !refused.getOrDefault(last.workflowId(), Instant.EPOCH).isAfter(last.now());
    }

    private void goOn(Runs.Last last) {
        if (holds.test(last)) {
            again(last);
        } else {
            ended.put(last.workflowId(), last.executionId());
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
            refused.put(last.workflowId(), last.now().plus(AFTER_REFUSAL));
            LOGGER.atInfo()
                    .addKeyValue("workflowId", last.workflowId())
                    .addKeyValue("cause", e.getMessage())
                    .log("a continuous workflow does not go on for now");
        }
    }
}
