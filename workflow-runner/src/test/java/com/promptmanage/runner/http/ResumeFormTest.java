package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.money.NanoUsd;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeFormTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"maxCostUsd": "0.50"}               | 500000000
        {"maxCostUsd": 0.5}                  | 500000000
        {"maxCostUsd": 2}                    | 2000000000
        {"maxCostUsd": 1e-3}                 | 1000000
        {"maxCostUsd": 9007199.254740993}    | 9007199254740993
        {"maxCostUsd": 9223372036.854775807} | 9223372036854775807
        """)
    void anAmountIsTakenAsItIsWritten(String body, long nanoUsd) {
        assertThat(ResumeForm.maxCost(bytes(body))).contains(new NanoUsd(nanoUsd));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"maxCostUsd\": null}"})
    void withoutAnAmountTheLimitStaysAsItIs(String body) {
        assertThat(ResumeForm.maxCost(bytes(body))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"much\"",
                "\"\"",
                "0",
                "\"0.00\"",
                "-0.5",
                "0.0000000001",
                "9223372036.854775808",
                "1e400000000",
                "1e-400000000",
                "true",
                "[0.5]",
                "{\"usd\": 1}"
            })
    void whatIsNoAmountIsRefusedByItsField(String amount) {
        var refused = catchThrowableOfType(
                ProblemException.class, () -> ResumeForm.maxCost(bytes("{\"maxCostUsd\": %s}".formatted(amount))));

        assertThat(refused.problem().errors()).extracting(Fault::field).containsExactly("maxCostUsd");
    }

    @Test
    void anotherFieldIsRefused() {
        var refused = catchThrowableOfType(ProblemException.class, () -> ResumeForm.maxCost(bytes("{\"maxCost\": 1}")));

        assertThat(refused.problem().errors()).extracting(Fault::field).containsExactly("maxCost");
    }

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }
}
