package com.promptmanage.runner.budget;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Reserved;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is reserved for a call that is entered in the outbox when it ends: it stays reserved until the budgets have counted it, which
 * they can when the outbox has brought it to the topic.
 *
 * @param call which the budgets know nothing of yet
 * @param costs what it has cost in the end
 * @param ends told of it then
 */
record OutboxReservation(Planned call, Reservation reservation, CallCosts costs, Ends ends) implements Reserved {

    /** Whoever finds out where calls that have ended are on the topic. */
    @FunctionalInterface
    interface Ends {

        /**
         * Tells the reservation in the end {@linkplain Reservation#recorded where that is}, if it can be found out in time.
         *
         * @param ended which has ended, as has the transaction that has entered it
         */
        void ended(Account account, Reservation ended);
    }

    @Override
    public void end(Optional<CallUsage> used) {
        OptionalLong cost = used.map(usage -> costs.of(call, usage)).orElse(OptionalLong.empty());
        long tokens =
                used.map(usage -> usage.tokens().total()).orElse(call.estimate().tokensAtMost());
        reservation.end(cost, tokens, Optional.empty());
        ends.ended(call.account(), reservation);
    }

    @Override
    public void release() {
        reservation.release();
    }
}
