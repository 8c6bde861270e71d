package com.promptmanage.service.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosedBudgetsTest {

    private static final String QUESTION = """
            {"teamId": "acme", "userId": "ada", "model": "gpt-4o", "provider": "openai", "workflowId": "wf_1",
             "apiKeyId": "key_1", "tags": {"env": "prod"}}
            """;

    @ParameterizedTest
    @CsvSource({
        "account,        *,        true",
        "member,         ada,      true",
        "member,         bob,      false",
        "member,         *,        true",
        "model,          gpt-4o,   true",
        "model,          gpt-4,    false",
        "model,          openai/GPT-4o-2024-08-06, true",
        "model,          gpt-4o-2024-05-13, false",
        "model,          gpt-4o-mini, false",
        "provider,       openai,   true",
        "workflow,       wf_1,     true",
        "workflow,       wf_2,     false",
        "prompt,         p_1,      false",
        "prompt,         *,        false",
        "api_key,        key_1,    true",
        "execution_type, prompt_run, true",
        "execution_type, preview,  false",
        "tag:env,        prod,     true",
        "tag:env,        test,     false",
        "tag:team,       *,        false",
        "event_type,     *,        false",
        "of_tomorrow,    x,        true"
    })
    void oneCoversTheCallsThatCountTowardIt(String dimension, String value, boolean isCovered) throws Exception {
        ClosedBudgets closed = ClosedBudgets.of(json("""
                [{"dimension": "member", "value": "somebody else"}, {"dimension": "%s", "value": "%s"}]
                """.formatted(dimension, value)));

        assertThat(closed.cover(json(QUESTION))).isEqualTo(isCovered);
        assertThat(ClosedBudgets.of(json(closed.json()))).isEqualTo(closed);
    }

    @Test
    void withoutAnyNothingIsCovered() throws Exception {
        assertThat(ClosedBudgets.NONE.cover(json(QUESTION))).isFalse();
        assertThat(ClosedBudgets.of(json("[]"))).isEqualTo(ClosedBudgets.NONE);
    }

    private static JsonNode json(String text) throws Exception {
        return Json.mapper().readTree(text);
    }
}
