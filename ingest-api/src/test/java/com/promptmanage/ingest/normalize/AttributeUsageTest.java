package com.promptmanage.ingest.normalize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts in documents that stand in attributes, as the AI SDK hands on what the provider said. */
class AttributeUsageTest {

    private final List<String> faults = new ArrayList<>();

    @Test
    void aWholeNumberIsACountHoweverItIsWritten() {
        NormalizedTokens read = read("{\"anthropic\":{\"usage\":{\"input_tokens\":100.0,\"output_tokens\":5e1}}}");

        assertThat(faults).isEmpty();
        assertThat(read.counts()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
    }

    @Test
    void whatWasCachedIsToldSoToo() {
        ObjectNode attributes = attributes("{\"openai\":{\"cachedPromptTokens\":30.0}}")
                .put("ai.usage.promptTokens", 100)
                .put("ai.usage.completionTokens", 50);

        assertThat(read(attributes).counts())
                .isEqualTo(TokenCounts.ofInputOutput(70, 50).with(TokenKind.CACHE_READ, 30));
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "@traceloop/instrumentation-anthropic, 10000",
        "@arizeai/openinference-instrumentation-bedrock, 10000",
        "@arizeai/openinference-instrumentation-anthropic, 1000",
        "opentelemetry.instrumentation.anthropic, 1000",
        "'', 1000",
    })
    void whichLibraryToldThemSaysWhetherTheInputIsWithoutWhatWasCached(String scope, long input) {
        ObjectNode attributes = JsonNodeFactory.instance
                .objectNode()
                .put("gen_ai.usage.input_tokens", 10_000)
                .put("gen_ai.usage.output_tokens", 10)
                .put("gen_ai.usage.total_tokens", 10_010)
                .put("gen_ai.usage.cache_read.input_tokens", 9_000);

        NormalizedTokens read = AttributeUsage.read(attributes, scope, (field, detail, remedy) -> faults.add(field));

        assertThat(read.counts()).isEqualTo(TokenCounts.ofInputOutput(input, 10).with(TokenKind.CACHE_READ, 9_000));
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999", "1e999999999", "-1e999999999", "100.5", "-1.0"})
    void whatIsNoCountIsNamedWhateverItsSize(String count) {
        read("{\"anthropic\":{\"usage\":{\"input_tokens\":%s,\"output_tokens\":1}}}".formatted(count));

        assertThat(faults).containsOnly("ai.response.providerMetadata.input_tokens");
    }

    private NormalizedTokens read(String metadata) {
        return read(attributes(metadata));
    }

    private NormalizedTokens read(ObjectNode attributes) {
        return AttributeUsage.read(attributes, (field, detail, remedy) -> faults.add(field));
    }

    private static ObjectNode attributes(String metadata) {
        return JsonNodeFactory.instance.objectNode().put(AttributeUsage.PROVIDER_METADATA, metadata);
    }
}
