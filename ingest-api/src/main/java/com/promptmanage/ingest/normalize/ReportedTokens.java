package com.promptmanage.ingest.normalize;

import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import org.jspecify.annotations.Nullable;

/**
 * Counts as a producer gives them: input and output in its own meaning, beside the kinds it tells apart.
 *
 * @param counts by kind; input and output may hold the others
 * @param total the producer's own sum, if it gives one
 * @param input what its input count means
 * @param output what its output count means
 */
record ReportedTokens(TokenCounts counts, @Nullable Long total, Convention input, Convention output) {

    /** What was found: disjoint counts, and what the input turned out to mean. */
    record Disjoint(TokenCounts counts, Convention convention) {}

    /**
     * Takes out of input and output what is counted in another kind as well.
     *
     * <p>Producers of the same shape do not all mean the same. If more was cached than went in, the cached tokens cannot be
     * part of the input, so nothing is taken out; likewise if there is more reasoning than output, or if the producer's sum
     * shows that what was cached was added to the input, or reasoning to the output.
     */
    Disjoint disjoint() {
        long[] result = counts.toArray();
        Convention inputMeant = takeFromInput(result);
        takeFromOutput(result);
        return new Disjoint(TokenCounts.of(result), inputMeant);
    }

    private Convention takeFromInput(long[] result) {
        if (input == Convention.DISJOINT) {
            return input;
        }
        long cached = of(TokenKind.CACHE_READ) + of(TokenKind.CACHE_WRITE_5M) + of(TokenKind.CACHE_WRITE_1H);
        boolean beside = cached > of(TokenKind.INPUT) || (isAdded(cached) && !isAdded(of(TokenKind.REASONING)));
        Convention meant = input == Convention.INCLUSIVE && beside ? Convention.EXCLUSIVE : input;
        long rest = of(TokenKind.INPUT) - (meant == Convention.INCLUSIVE ? cached : 0);
        rest -= cut(result, TokenKind.INPUT_AUDIO, rest);
        rest -= cut(result, TokenKind.INPUT_IMAGE, rest);
        result[TokenKind.INPUT.index()] = rest;
        return meant;
    }

    private void takeFromOutput(long[] result) {
        if (output == Convention.DISJOINT) {
            return;
        }
        long reasoning = of(TokenKind.REASONING);
        boolean within = output == Convention.INCLUSIVE && reasoning <= of(TokenKind.OUTPUT) && !isAdded(reasoning);
        long rest = of(TokenKind.OUTPUT) - (within ? reasoning : 0);
        rest -= cut(result, TokenKind.OUTPUT_AUDIO, rest);
        rest -= cut(result, TokenKind.OUTPUT_IMAGE, rest);
        result[TokenKind.OUTPUT.index()] = rest;
    }

    private boolean isAdded(long part) {
        return total != null && part > 0 && total == of(TokenKind.INPUT) + of(TokenKind.OUTPUT) + part;
    }

    /** Audio and images are always within; what does not fit any more was cached, and is counted there. */
    private static long cut(long[] result, TokenKind kind, long atMost) {
        long kept = Math.min(result[kind.index()], atMost);
        result[kind.index()] = kept;
        return kept;
    }

    private long of(TokenKind kind) {
        return counts.get(kind);
    }
}
