package com.promptmanage.topics.usage;

/**
 * The ten counts into which the tokens of a call fall. They are disjoint: no token is in two. The indexes are part of the
 * stored row format: append only.
 */
public enum TokenKind {
    /** Prompt tokens that were neither read from nor written to a cache, without audio and images. */
    INPUT(0, "input"),
    CACHE_READ(1, "cacheRead"),
    /** Written to a cache that lives five minutes, or whose life is not told. */
    CACHE_WRITE_5M(2, "cacheWrite5m"),
    CACHE_WRITE_1H(3, "cacheWrite1h"),
    INPUT_AUDIO(4, "inputAudio"),
    INPUT_IMAGE(5, "inputImage"),
    /** Generated text, without reasoning, audio and images. */
    OUTPUT(6, "output"),
    REASONING(7, "reasoning"),
    OUTPUT_AUDIO(8, "outputAudio"),
    OUTPUT_IMAGE(9, "outputImage");

    /** How many kinds there are. */
    public static final int COUNT = 10;

    private final int index;

    private final String field;

    TokenKind(int index, String field) {
        this.index = index;
        this.field = field;
    }

    /** The place of the kind in arrays of counts and in stored rows, from 0. */
    public int index() {
        return index;
    }

    /** The name in JSON. */
    public String field() {
        return field;
    }

    /** Whether the tokens were sent to the model rather than made by it. */
    public boolean isInput() {
        return index < OUTPUT.index;
    }
}
