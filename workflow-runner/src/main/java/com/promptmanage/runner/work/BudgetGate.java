package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import java.util.OptionalLong;

/** Says whether a call may be paid for. Safe for use by several threads. */
@FunctionalInterface
public interface BudgetGate {

    /** Lets everything through. */
    BudgetGate OPEN = call -> new Verdict.Allowed(OptionalLong.empty());

    /** What is about to be paid for, and by whom. */
    record Planned(
            Account account,
            String userId,
            String workflowId,
            String executionId,
            String nodeId,
            CallEstimate estimate) {}

    /**
     * What a call may use, which the budgets do not know of yet. Whoever makes the call ends it, once, however the call ends: a second
     * time nothing happens. Safe for use by several threads.
     */
    @FunctionalInterface
    interface Reserved {

        /** Of nothing. */
        Reserved NONE = used -> {};

        /**
         * The call has ended and is entered, however it ended: it stays reserved until the budgets have counted it.
         *
         * @param used which takes the place of what it might have used; empty if that is not known
         */
        void end(Optional<CallUsage> used);

        /** As {@link #end(Optional)}, where it is not known what it has used. */
        default void end() {
            end(Optional.empty());
        }

        /** Nothing was used that will be counted: what was reserved is free at once. */
        default void release() {
            end();
        }
    }

    /** The answer. */
    sealed interface Verdict {

        /**
         * @param estimateNanoUsd what it will cost at most, if the model has a price
         * @param budgets the budgets that it counts towards, as they stand before it; empty if there is none, or they
         *     could not be asked
         * @param reservation of what it may use; whoever makes the call ends it
         */
        record Allowed(OptionalLong estimateNanoUsd, Optional<JsonNode> budgets, Reserved reservation)
                implements Verdict {

            public Allowed(OptionalLong estimateNanoUsd, Optional<JsonNode> budgets) {
                this(estimateNanoUsd, budgets, Reserved.NONE);
            }

            public Allowed(OptionalLong estimateNanoUsd) {
                this(estimateNanoUsd, Optional.empty());
            }
        }

        /**
         * @param message for people: which budget, and what to do
         * @param details for programs
         * @param passes whether the same may be allowed after a while though nobody has changed anything
         */
        record Denied(String message, ObjectNode details, boolean passes) implements Verdict {

            public Denied(String message, ObjectNode details) {
                this(message, details, false);
            }
        }
    }

    /**
     * May wait for other calls to end, if what they use decides.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    Verdict check(Planned call) throws InterruptedException;
}
