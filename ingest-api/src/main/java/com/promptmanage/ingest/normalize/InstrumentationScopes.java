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
     * OpenInference's for Anthropic and OpenAI ({@code @arizeai/openinference-instrumentation-anthropic} 0.2.8); for one more, see
     * {@link #BESIDE_A_TOTAL}.
     */
    private static final Set<String> INPUT_WITHOUT_CACHED =
            Set.of("@traceloop/instrumentation-anthropic", "@arizeai/openinference-instrumentation-bedrock");

    /**
     * Those whose input is so where they tell a total, and all that went in where they tell none. Read from
     * {@code openinference.instrumentation.bedrock} 0.1.45:
     *
     * <ul>
     *   <li>InvokeModel of Claude, from 0.1.26 on, {@code _get_llm_token_counts}: the sum of all that went in, and no total.
     *   <li>InvokeModel of Nova, from 0.1.41 on, {@code _set_nova_body_token_attributes} and {@code _NovaStreamCallback}: as Bedrock
     *       tells it, without what was cached. Where Bedrock tells no total, as in a stream, the total is the sum of that and the
     *       output, so that it does not show what was cached.
     *   <li>Converse, {@code get_token_counts}: as Bedrock tells it, with its total; from 0.1.36 on with what was cached.
     * </ul>
     *
     * <p>Earlier versions, and its streams of Claude, tell nothing of caches: what the input is then makes no difference here.
     */
    private static final Set<String> BESIDE_A_TOTAL = Set.of("openinference.instrumentation.bedrock");

    private InstrumentationScopes() {}

    /**
     * @param name of the library that made the span; empty if it is not told
     * @param isTotalTold whether the span has a total of tokens
     */
    static boolean isInputWithoutCached(String name, boolean isTotalTold) {
        return INPUT_WITHOUT_CACHED.contains(name) || (isTotalTold && BESIDE_A_TOTAL.contains(name));
    }
}
