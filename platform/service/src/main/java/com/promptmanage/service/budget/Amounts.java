package com.promptmanage.service.budget;

/**
 * What calls may use of a budget, or have used.
 *
 * @param calls how many they are
 */
record Amounts(long calls, long nanoUsd, long tokens) {

    static final Amounts NONE = new Amounts(0, 0, 0);

    /** 140,000 USD, or as many billion tokens, of one call: of what is more, so much, so that no sum overflows. */
    private static final long CALL_MAX = Long.MAX_VALUE >> 16;

    private static final long SUM_MAX = Long.MAX_VALUE >> 1;

    static Amounts ofCall(long nanoUsd, long tokens) {
        return new Amounts(1, Math.clamp(nanoUsd, 0, CALL_MAX), Math.clamp(tokens, 0, CALL_MAX));
    }

    Amounts plus(Amounts other) {
        return new Amounts(calls + other.calls, nanoUsd + other.nanoUsd, tokens + other.tokens);
    }

    Amounts minus(Amounts other) {
        return new Amounts(calls - other.calls, nanoUsd - other.nanoUsd, tokens - other.tokens);
    }

    /** For sums that only grow, for as long as they may. */
    Amounts plusAtMost(Amounts call) {
        return new Amounts(
                calls + call.calls, Math.min(SUM_MAX, nanoUsd + call.nanoUsd), Math.min(SUM_MAX, tokens + call.tokens));
    }
}
