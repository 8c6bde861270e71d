package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the list of workflows is searched for, in a database whose locale knows of no letters but those of English. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowSearchTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final String editor = api.signIn("editor");

    @BeforeAll
    void create() {
        Answer made = api.post(editor, "/api/workflows", """
                {"teamId": "team_1", "name": "Übersicht of été", "description": "weêß, отчёт: 100 %%", "definition": %s}
                """.formatted(TwoSteps.DEFINITION));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Übersicht", "übersicht", "ÜBERSICHT", "OF ÉT", "WEÊß", "ОТЧ", "100 %"})
    void isFoundInWhicheverCaseItIsWritten(String search) {
        assertThat(found(search)).isEqualTo(1);
    }

    @Test
    void isNotFoundByOtherLetters() {
        assertThat(found("Ubersicht")).isZero();
        assertThat(found("_bersicht")).isZero();
    }

    private int found(String search) {
        String path = "/api/workflows?search=" + URLEncoder.encode(search, StandardCharsets.UTF_8);
        return api.get(editor, path).json().path("total").intValue();
    }
}
