package com.promptmanage.topics.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {

    @ParameterizedTest
    @CsvSource({
        "GPT-4o,                                                        gpt-4o",
        "openai/gpt-4o,                                                 gpt-4o",
        "openrouter/anthropic/claude-3.5-sonnet,                        claude-3-5-sonnet",
        "openrouter/anthropic/claude-3.5-sonnet,                        anthropic/claude-3-5-sonnet",
        "models/gemini-1.5-pro,                                         gemini-1-5-pro",
        "publishers/google/models/gemini-2.5-pro,                       gemini-2-5-pro",
        "gpt-4o-mini-2024-07-18,                                        gpt-4o-mini",
        "claude-opus-4-1-20250805,                                      claude-opus-4-1",
        "claude-opus-4-1@20250805,                                      claude-opus-4-1-20250805",
        "claude-opus-4-1@20250805,                                      claude-opus-4-1",
        "claude-3-5-sonnet-v2@20241022,                                 claude-3-5-sonnet",
        "claude-3-5-sonnet-latest,                                      claude-3-5-sonnet",
        "anthropic.claude-3-5-sonnet-20241022-v2:0,                     claude-3-5-sonnet-20241022",
        "anthropic.claude-3-5-sonnet-20241022-v2:0,                     claude-3-5-sonnet",
        "us.anthropic.claude-3-haiku-20240307-v1:0,                     claude-3-haiku",
        "us-gov.anthropic.claude-3-haiku-20240307-v1:0,                 claude-3-haiku",
        "global.anthropic.claude-opus-4-6-v1,                           claude-opus-4-6",
        "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0,          claude-sonnet-4-5",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-opus-20240229-v1:0, claude-3-opus",
    })
    void aNameIsLookedForByWhatItIsAnAdditionTo(String name, String key) {
        assertThat(ModelName.keys(name)).contains(key);
    }

    @Test
    void theMostExactNameComesFirst() {
        assertThat(ModelName.keys("OpenAI/GPT-4o-2024-05-13"))
                .containsExactly("openai/gpt-4o-2024-05-13", "gpt-4o-2024-05-13", "gpt-4o");
        assertThat(ModelName.keys("us.anthropic.claude-3-5-sonnet-20241022-v2:0"))
                .containsSubsequence(
                        "claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet");
    }

    /** What tells models apart, at other prices, is never taken off. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "deepseek-v3",
                "gpt-4o-mini-audio-preview",
                "gpt-3.5-turbo-0301",
                "gpt-4-1106-preview",
                "gemini-2.0-flash-001",
                "text-embedding-ada-002-v2",
                "ft:gpt-4o-mini-2024-07-18:acme::abc",
                "deepseek-r1:free",
                "llama3.1:70b",
                "o1-mini",
                "model-19990101",
            })
    void aNameWithoutAdditionsIsLookedForAsItIs(String name) {
        assertThat(ModelName.keys(name)).containsExactly(name.replace('.', '-'));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "/", "//", "@", "openai/", "-2024-07-18", "-latest"})
    void noNameLeavesAnEmptyKey(String name) {
        assertThat(ModelName.keys(name)).doesNotContain("");
    }
}
