package com.promptmanage.runner.node;

/**
 * What a call to a model will use, before it is made.
 *
 * @param model as the provider's price is listed under
 * @param inputTokens counted with the model's own vocabulary where that is public, else with the nearest
 * @param maxOutputTokens the most that is asked for; the model cannot go beyond it
 */
public record CallEstimate(String provider, String model, long inputTokens, long maxOutputTokens) {

    public CallEstimate {
        if (inputTokens < 0 || maxOutputTokens < 0) {
            throw new IllegalArgumentException(
                    "a call cannot use less than nothing: %d in, %d out".formatted(inputTokens, maxOutputTokens));
        }
    }

    /** Of all kinds. */
    public long tokensAtMost() {
        return inputTokens + maxOutputTokens;
    }
}
