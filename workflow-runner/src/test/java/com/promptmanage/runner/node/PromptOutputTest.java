package com.promptmanage.runner.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.model.ModelAnswer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptOutputTest {

    private static final Prompt PROMPT =
            new Prompt("Say hello", "m", null, null, null, null, ResponseFormat.TEXT, List.of(), null, false);

    @Test
    void jsonIsFoundInTheFirstBlockOfCode() {
        assertThat(of("Here:\n```json\n{\"a\": 1}\n``` and {more}")).contains("\"a\":1");
    }

    /** Reading it must take no longer than it is long: a model can be talked into any answer. */
    @Test
    void anAnswerOfNothingButTheBeginningOfABlockIsReadLikeAnyOther() {
        assertThat(of("```" + "\n".repeat(150_000) + "x")).contains("\"text\"");
    }

    /** Asked again, it would be refused again: another model may answer. */
    @Test
    void aRefusalIsNoAnswerAndIsNotAskedForAgain() {
        for (String reason : List.of("refusal", "content_filter", "SAFETY")) {
            Outcome outcome = PromptOutput.of(
                    new ModelAnswer(" ", "m", "p", reason, false), PROMPT, JsonNodeFactory.instance.objectNode());

            assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.PERMANENT);
                assertThat(failed.failure().message()).contains("refuses", reason, "fallbackModels");
            });
        }
        assertThat(PromptOutput.of(
                        new ModelAnswer("Half", "m", "p", "SAFETY", false),
                        PROMPT,
                        JsonNodeFactory.instance.objectNode()))
                .isInstanceOf(Outcome.Completed.class);
    }

    private static String of(String answer) {
        Outcome outcome = PromptOutput.of(
                new ModelAnswer(answer, "m", "p", "stop", false), PROMPT, JsonNodeFactory.instance.objectNode());
        assertThat(outcome).isInstanceOf(Outcome.Completed.class);
        return ((Outcome.Completed) outcome).output().toString();
    }
}
