package com.promptmanage.service.export;

import com.promptmanage.topics.account.Account;
import java.util.HashMap;
import java.util.Map;

/** The exports that run at this process. Safe for use by several threads. */
final class ExportSlots {

    private final int allMax;

    private final int ofOneMax;

    private final Map<Account, Integer> running = new HashMap<>();

    private int all;

    /** Whether one more may run for an account. */
    enum Admission {
        ADMITTED,
        FULL,
        HAS_ENOUGH
    }

    /** @param ofOneMax of one account; fewer than {@code allMax}, for nobody is to keep all others waiting */
    ExportSlots(int allMax, int ofOneMax) {
        this.allMax = allMax;
        this.ofOneMax = ofOneMax;
    }

    /** Whether one more may run for an account; it takes no place. */
    synchronized Admission admission(Account account) {
        if (running.getOrDefault(account, 0) == ofOneMax) {
            return Admission.HAS_ENOUGH;
        }
        if (all == allMax) {
            return Admission.FULL;
        }
        return Admission.ADMITTED;
    }

    /** What is admitted leaves again. */
    synchronized Admission enter(Account account) {
        Admission admission = admission(account);
        if (admission == Admission.ADMITTED) {
            all++;
            running.merge(account, 1, Integer::sum);
        }
        return admission;
    }

    synchronized void leave(Account account) {
        all--;
        running.computeIfPresent(account, (same, exports) -> exports == 1 ? null : exports - 1);
    }
}
