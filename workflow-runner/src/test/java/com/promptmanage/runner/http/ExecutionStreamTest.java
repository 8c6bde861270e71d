package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.service.access.Role;
import com.promptmanage.testkit.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Streams of executions that go on while their readers lose what let them in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecutionStreamTest {

    private static final String WAITS = """
            {"version": "1.0", "nodes": [
               {"id": "wait", "type": "delay", "label": "Wait", "config": {"delayMs": 3600000}}]}
            """;

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final String editor = api.signIn("editor");

    @Test
    void aStreamEndsWhenItsSessionIsRevokedAndTheOthersGoOn() throws Exception {
        api.member("ida", Role.VIEWER);
        String execution = waiting();
        CompletableFuture<List<String>> others = stream(editor, execution);
        CompletableFuture<List<String>> revoked = stream(api.signIn("ida"), execution);

        sql("UPDATE sessions SET revoked_at = now() WHERE user_id = 'ida'");

        Await.until(() -> assertThat(revoked.isDone()).isTrue());
        assertThat(revoked.join()).noneMatch(line -> line.contains("\"cancelled\""));
        cancel(execution);
        assertThat(others.join()).anyMatch(line -> line.contains("\"cancelled\""));
    }

    @Test
    void aStreamEndsWhenItsReaderIsShownOutOfTheTeam() throws Exception {
        api.member("joe", Role.VIEWER);
        String execution = waiting();
        CompletableFuture<List<String>> former = stream(api.signIn("joe"), execution);

        sql("DELETE FROM team_members WHERE user_id = 'joe'");

        Await.until(() -> assertThat(former.isDone()).isTrue());
        assertThat(former.join()).noneMatch(line -> line.contains("\"cancelled\""));
        cancel(execution);
    }

    /** Returns the id of an execution that goes on until it is cancelled. */
    private String waiting() throws Exception {
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Waits\", \"status\": \"active\", \"definition\": %s}"
                        .formatted(WAITS));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        String id = made.json().at("/workflow/id").asText();
        String execution = api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{}")
                .json()
                .path("executionId")
                .asText();
        api.engine().awaitStatus(execution, "running");
        return execution;
    }

    private void cancel(String execution) {
        assertThat(api.post(editor, "/api/workflows/executions/%s/cancel".formatted(execution), "")
                        .status())
                .isLessThan(300);
    }

    /** Returns, when it has begun, what becomes the lines of a stream. */
    private CompletableFuture<List<String>> stream(String credentials, String execution) throws Exception {
        Stream<String> lines = api.open(credentials, "/api/workflows/executions/%s/stream".formatted(execution));
        var read = new CompletableFuture<List<String>>();
        Thread.ofVirtual().start(() -> read.complete(lines.toList()));
        return read;
    }

    private void sql(String statement) {
        api.engine().database().useAsSystem(handle -> handle.execute(statement));
    }
}
