package com.promptmanage.runner.connector;

import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * How many people an account may still write to today. Mail goes out in the operator's name, so no account may send so much that
 * the operator's server is taken for one of spam. Each process counts for itself, and begins anew with it.
 *
 * <p>Safe for use by several threads.
 */
final class MailAllowance {

    static final int RECIPIENTS_A_DAY = 500;

    private final Clock clock;

    private final Map<Account, Integer> used = new HashMap<>();

    private LocalDate day = LocalDate.EPOCH;

    MailAllowance(Clock clock) {
        this.clock = clock;
    }

    /** Takes some of it, if it is enough. */
    synchronized boolean take(Account account, int recipients) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(day)) {
            used.clear();
            day = today;
        }
        int after = used.getOrDefault(account, 0) + recipients;
        if (after > RECIPIENTS_A_DAY) {
            return false;
        }
        used.put(account, after);
        return true;
    }
}
