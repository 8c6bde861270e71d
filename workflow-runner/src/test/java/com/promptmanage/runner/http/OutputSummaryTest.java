package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.journal.ListedOutputs.Beginning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in one line for values that may be cut off anywhere. */
class OutputSummaryTest {

    @Test
    void anAnswerIsItsTextAndAnythingElseItsJson() {
        String answer = "{\"score\":9,\"text\":\"Gr\\u00fc\\u00dfe,\\n  \\\"all\\\"\",\"model\":\"m\"}";

        assertThat(OutputSummary.of(new Beginning(answer, true))).isEqualTo("Grüße, \"all\"");
        assertThat(OutputSummary.of(new Beginning("{\"name\":\"Gr\\u00fcn\\n\\u0001\"}", false)))
                .isEqualTo("{\"name\":\"Grün\\n\\u0001\"}");
        assertThat(OutputSummary.of(new Beginning("\"just \\u0041 text\"", false)))
                .isEqualTo("just A text");
        assertThat(OutputSummary.of(new Beginning("{\"a\":1}", true))).isEqualTo("{\"a\":1}");
    }

    @Test
    void whatIsLongOrCutOffInAnEscapeEndsBeforeIt() {
        assertThat(OutputSummary.of(new Beginning("\"" + "x".repeat(500), false)))
                .isEqualTo("x".repeat(200) + "…");
        assertThat(OutputSummary.of(new Beginning("\"" + "x".repeat(200) + " \"", false)))
                .isEqualTo("x".repeat(200));
        assertThat(OutputSummary.of(new Beginning("\"" + "x".repeat(198) + " y\"", false)))
                .isEqualTo("x".repeat(198) + " y");
        assertThat(OutputSummary.of(new Beginning("\"" + "x".repeat(199) + " y\"", false)))
                .isEqualTo("x".repeat(199) + "…");
        assertThat(OutputSummary.of(new Beginning("\"ab\\u00f", false))).isEqualTo("ab");
        assertThat(OutputSummary.of(new Beginning("\"ab\\", false))).isEqualTo("ab");
    }

    /** JSON may hold one, and no client could be sent it. */
    @Test
    void halfALetterIsReplaced() {
        assertThat(OutputSummary.of(new Beginning("\"a\\ud83d b \\ud83d\\ude00\"", false)))
                .isEqualTo("a\uFFFD b \uD83D\uDE00");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"input":7}                              | input: 7
            {"day":"Monday","id":"order 66"}         | order 66
            {"lead":{"id":"inner"},"email":"a@b.c"}  | a@b.c
            {"list":[1,2],"id":null,"name":" "}      | {"list":[1,2],"id":null,"name":" "}
            {"plan":"pro","document":"never ends     | plan: pro
            ["a","b"]                                | ["a","b"]
            "one"                                    | one
            42                                       | 42
            """)
    void anInputIsToldByItsIdOrWhatComesFirst(String triggerData, String key) {
        assertThat(OutputSummary.inputKey(triggerData)).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}
            null
            []
            ""
            """)
    void nothingIsNoKey(String triggerData) {
        assertThat(OutputSummary.inputKey(triggerData)).isNull();
    }
}
