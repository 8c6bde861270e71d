package com.promptmanage.runner.work;

import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.work.BudgetGate.Reserved;
import java.util.Optional;

/** What is reserved for a call, from before it is entered until what it has used is: then it ends, once, however the call does. */
final class PaidCall implements AutoCloseable {

    private final Reserved reserved;

    private Optional<CallUsage> used = Optional.empty();

    private boolean isFree;

    PaidCall(Reserved reserved) {
        this.reserved = reserved;
    }

    void notMade() {
        isFree = true;
    }

    void answered(Answer answer) {
        used = answer.usage();
    }

    /** What was refused has used nothing; of what nobody knows whether it arrived, nobody knows that either. */
    void failed(Failure failure) {
        used = failure.usage();
        isFree = used.isEmpty() && failure.kind() != Failure.Kind.AMBIGUOUS;
    }

    @Override
    public void close() {
        if (isFree) {
            reserved.release();
        } else {
            reserved.end(used);
        }
    }
}
