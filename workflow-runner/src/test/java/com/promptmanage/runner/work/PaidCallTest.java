package com.promptmanage.runner.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.work.BudgetGate.Reserved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaidCallTest {

    private final List<Optional<CallUsage>> ended = new ArrayList<>();

    private int released;

    private final Reserved reserved = new Reserved() {
        @Override
        public void end(Optional<CallUsage> used) {
            ended.add(used);
        }

        @Override
        public void release() {
            released++;
        }
    };

    @Test
    void whoseEndIsNotToldMayHaveUsedAllOfIt() {
        new PaidCall(reserved).close();

        assertThat(ended).containsExactly(Optional.empty());
        assertThat(released).isZero();
    }

    @Test
    void ofWhatNobodyKnowsWhetherItArrivedNobodyKnowsWhatItUsed() {
        try (var call = new PaidCall(reserved)) {
            call.failed(new Failure(Failure.Kind.AMBIGUOUS, "no answer"));
        }

        assertThat(ended).containsExactly(Optional.empty());
        assertThat(released).isZero();
    }

    @Test
    void whatBrokeOffHasUsedWhatItTold() {
        Optional<CallUsage> used = usage();
        try (var call = new PaidCall(reserved)) {
            var brokenOff = new Failure(Failure.Kind.TRANSIENT, "broken off");
            call.failed(new Failure(
                    brokenOff.kind(), brokenOff.message(), brokenOff.details(), brokenOff.retryAfter(), used));
        }

        assertThat(ended).containsExactly(used);
        assertThat(released).isZero();
    }

    @Test
    void whatWasRefusedOrNotMadeIsFreeAtOnce() {
        try (var call = new PaidCall(reserved)) {
            call.failed(new Failure(Failure.Kind.RATE_LIMITED, "later"));
        }
        try (var call = new PaidCall(reserved)) {
            call.notMade();
        }

        assertThat(ended).isEmpty();
        assertThat(released).isEqualTo(2);
    }

    private static Optional<CallUsage> usage() {
        return ((CallResult.Answered) Script.answered("text")).answer().usage();
    }
}
