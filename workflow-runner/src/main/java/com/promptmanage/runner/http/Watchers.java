package com.promptmanage.runner.http;

import java.util.HashMap;
import java.util.Map;

/** Who has answers under way at this process that go on for long. Safe for use by several threads. */
final class Watchers {

    private final int allMax;

    private final int ofOneMax;

    private final Map<String, Integer> watching = new HashMap<>();

    private int all;

    /** Whether someone may have one more. */
    enum Admission {
        ADMITTED,
        FULL,
        HAS_ENOUGH
    }

    /** @param ofOneMax fewer than {@code allMax}: nobody is to take the places of all others */
    Watchers(int allMax, int ofOneMax) {
        this.allMax = allMax;
        this.ofOneMax = ofOneMax;
    }

    /** Who is admitted leaves again. */
    synchronized Admission enter(String who) {
        if (watching.getOrDefault(who, 0) == ofOneMax) {
            return Admission.HAS_ENOUGH;
        }
        if (all == allMax) {
            return Admission.FULL;
        }
        all++;
        watching.merge(who, 1, Integer::sum);
        return Admission.ADMITTED;
    }

    synchronized void leave(String who) {
        all--;
        watching.computeIfPresent(who, (same, streams) -> streams == 1 ? null : streams - 1);
    }
}
