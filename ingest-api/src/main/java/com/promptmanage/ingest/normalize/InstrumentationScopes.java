package com.promptmanage.ingest.normalize;

import java.util.Set;

/**
 * What the names of instrumentation libraries say of the counts in their spans, where nothing in the attributes does. By the
 * conventions, input is all that went in; these libraries hand on what a provider means by it.
 */
final class InstrumentationScopes {

    /**
     * Those whose input is without what was read from a cache and written to it, as Anthropic and Bedrock tell it; that is told beside
     * it, and no total shows it. What each was read from:
     *
     * <ul>
     *   <li>{@code @traceloop/instrumentation-anthropic} 0.27.0, {@code _endSpan}: {@code usage.input_tokens} as it is, of streams too;
     *       the total is that and the output.
     *   <li>{@code @arizeai/openinference-instrumentation-bedrock} 0.5.1, {@code normalizeUsageAttributes} of InvokeModel: as it is, of
     *       Claude and of Nova. Of Converse it tells nothing of caches, but the provider's total, with it.
     * </ul>
     *
     * <p>Not among them, for they add up: {@code opentelemetry.instrumentation.anthropic} ({@code _set_token_usage}), and
     * OpenInference's for Anthropic and OpenAI ({@code @arizeai/openinference-instrumentation-anthropic} 0.2.8).
     */
    private static final Set<String> INPUT_WITHOUT_CACHED =
            Set.of("@traceloop/instrumentation-anthropic", "@arizeai/openinference-instrumentation-bedrock");

    private InstrumentationScopes() {}

    /** @param name of the library that made the span; empty if it is not told */
    static boolean isInputWithoutCached(String name) {
        return INPUT_WITHOUT_CACHED.contains(name);
    }
}
