package com.promptmanage.runner.budget;

import com.promptmanage.topics.account.Account;
import java.util.HashMap;
import java.util.Map;

/**
 * How many calls wait for others. Each has one of the worker's places while it does, and so a budget that is almost spent must not
 * take them all. Safe for use by several threads.
 */
final class WaitingCalls {

    private final int allMax;

    private final int ofOneMax;

    private final Map<Account, Integer> waiting = new HashMap<>();

    private int all;

    private WaitingCalls(int allMax, int ofOneMax) {
        this.allMax = allMax;
        this.ofOneMax = ofOneMax;
    }

    /**
     * Half of a worker's places may be waited in, and an eighth by calls of one account.
     *
     * @param places how many nodes the worker runs at the same time, from 1
     */
    static WaitingCalls among(int places) {
        return new WaitingCalls(Math.max(1, places / 2), Math.max(1, places / 8));
    }

    /** Whoever may wait {@linkplain #leave leaves} again. */
    synchronized boolean enter(Account account) {
        int ofOne = waiting.getOrDefault(account, 0);
        if (all >= allMax || ofOne >= ofOneMax) {
            return false;
        }
        all++;
        waiting.put(account, ofOne + 1);
        return true;
    }

    synchronized void leave(Account account) {
        all--;
        int left = waiting.getOrDefault(account, 0) - 1;
        if (left > 0) {
            waiting.put(account, left);
        } else {
            waiting.remove(account);
        }
    }
}
