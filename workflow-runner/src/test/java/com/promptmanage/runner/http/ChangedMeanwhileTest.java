package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two who change the same workflow, of whom the second has not seen what the first has saved. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangedMeanwhileTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final String editor = steps.editor();

    @Test
    void aNameThatAnotherHasSavedIsNotOverwrittenUnseen() {
        String path = "/api/workflows/" + steps.create("active");
        String read = updatedAt(api.get(editor, path));

        Answer first = api.put(editor, path, "{\"name\": \"First name\", \"baseUpdatedAt\": \"%s\"}".formatted(read));
        Answer late = api.put(
                editor,
                path,
                "{\"name\": \"Second name\", \"baseVersion\": 1, \"baseUpdatedAt\": \"%s\"}".formatted(read));

        assertThat(first.status()).isEqualTo(200);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("code").asText()).isEqualTo("conflict");
        assertThat(late.json().path("detail").asText()).contains("'First name'").contains("read the workflow again");
        JsonNode current = late.json().path("current");
        assertThat(current.path("name").asText()).isEqualTo("First name");
        assertThat(current.path("version").intValue()).isEqualTo(1);
        assertThat(current.path("updatedAt").asText()).isEqualTo(updatedAt(first));
        assertThat(nameOf(path)).isEqualTo("First name");
        assertThat(api.put(
                                editor,
                                path,
                                "{\"name\": \"Second name\", \"baseUpdatedAt\": \"%s\"}"
                                        .formatted(current.path("updatedAt").asText()))
                        .status())
                .as("made again from what is stored now")
                .isEqualTo(200);
        assertThat(nameOf(path)).isEqualTo("Second name");
    }

    @Test
    void whoeverDoesNotSayWhatTheirChangeBeganFromIsNotAsked() {
        String path = "/api/workflows/" + steps.create("active");

        assertThat(api.put(editor, path, "{\"name\": \"First name\"}").status()).isEqualTo(200);
        assertThat(api.put(editor, path, "{\"name\": \"Second name\"}").status())
                .isEqualTo(200);
    }

    @Test
    void whoIsLateWithADefinitionIsToldWhoSavedTheOtherAndWhen() {
        String path = "/api/workflows/" + steps.create("active");
        String definition = TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"");
        api.put(api.signIn("admin"), path, "{\"definition\": %s, \"baseVersion\": 1}".formatted(definition));

        Answer late = api.put(
                editor,
                path,
                "{\"definition\": %s, \"baseVersion\": 1}".formatted(definition.replace("Second", "Last")));

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("detail").asText()).startsWith("Version 2 was saved meanwhile");
        JsonNode current = late.json().path("current");
        assertThat(current.path("version").intValue()).isEqualTo(2);
        assertThat(current.path("savedBy").asText()).isEqualTo("admin");
        assertThat(current.path("savedAt"))
                .isEqualTo(api.get(editor, path + "/versions").json().at("/versions/0/createdAt"));
    }

    @Test
    void whoIsLateWithGoingBackIsToldSoToo() {
        String path = "/api/workflows/" + steps.create("active");
        String read = updatedAt(api.get(editor, path));
        api.put(
                api.signIn("admin"),
                path,
                "{\"definition\": %s}".formatted(TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"")));

        Answer ofVersion = api.post(editor, path + "/versions/1/restore?baseVersion=1", "");
        Answer ofTime = api.post(editor, path + "/versions/1/restore?baseUpdatedAt=" + read, "");
        Answer fromNow = api.post(editor, path + "/versions/1/restore?baseVersion=2", "");

        assertThat(ofVersion.status()).isEqualTo(409);
        assertThat(ofVersion.json().at("/current/version").intValue()).isEqualTo(2);
        assertThat(ofVersion.json().at("/current/savedBy").asText()).isEqualTo("admin");
        assertThat(ofTime.status()).isEqualTo(409);
        assertThat(fromNow.status()).isEqualTo(200);
        assertThat(fromNow.json().at("/workflow/version").intValue()).isEqualTo(3);
        assertThat(api.post(editor, path + "/versions/1/restore?baseVersion=none", "")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void whatIsNoTimeIsRefusedAndANewWorkflowBeginsFromNothing() {
        String path = "/api/workflows/" + steps.create("active");

        Answer refused = api.put(editor, path, "{\"name\": \"x\", \"baseUpdatedAt\": \"yesterday\"}");
        Answer made = api.post(editor, "/api/workflows", """
                {"teamId": "team_1", "name": "New", "baseVersion": 7, "baseUpdatedAt": "2020-01-01T00:00:00Z",
                 "definition": %s}""".formatted(TwoSteps.DEFINITION));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors").findValuesAsText("field")).containsExactly("baseUpdatedAt");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().at("/workflow/version").intValue()).isEqualTo(1);
        assertThat(made.json().at("/workflow/updatedAt")).isEqualTo(made.json().at("/workflow/createdAt"));
        assertThat(api.put(
                                editor,
                                "/api/workflows/"
                                        + made.json().at("/workflow/id").asText(),
                                "{\"name\": \"Newer\", \"baseUpdatedAt\": \"%s\"}".formatted(updatedAt(made)))
                        .status())
                .as("the time of the answer is the one that is stored")
                .isEqualTo(200);
    }

    private String nameOf(String path) {
        return api.get(editor, path).json().at("/workflow/name").asText();
    }

    private static String updatedAt(Answer answer) {
        return answer.json().at("/workflow/updatedAt").asText();
    }
}
