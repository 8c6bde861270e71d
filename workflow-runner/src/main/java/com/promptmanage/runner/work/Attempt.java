package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.time.Duration;

/** What one attempt at a node came to. */
sealed interface Attempt {

    /** The node is over, well or not. */
    record Done(Outcome outcome) implements Attempt {

        static Done failed(Failure failure) {
            return new Done(new Outcome.Failed(failure));
        }
    }

    /** It worked with an answer from before, which saved this much, nano-US-dollars. */
    record Known(Outcome outcome, long savedNanoUsd) implements Attempt {}

    /** It failed, and is tried again after a while. */
    record Retry(Failure failure, Duration delay) implements Attempt {}

    /**
     * It may not go on, and with it the execution.
     *
     * @param passes whether it may go on by itself after a while: what is in its way is nobody's decision
     */
    record Pause(Status status, String message, ObjectNode why, boolean passes) implements Attempt {}

    /** It waits, and nobody with it. */
    record Wait(Duration time) implements Attempt {}
}
