package com.promptmanage.runner.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.trigger.HookSignature;
import com.promptmanage.runner.trigger.StandardSignature;
import com.promptmanage.service.database.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Executions over HTTP: how they are begun, shown, ended and begun again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowRunsTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final String editor = steps.editor();

    private final String viewer = api.signIn("viewer");

    @Test
    void aTriggeredWorkflowRunsAndIsShownNodeByNodeAndAsAStream() throws Exception {
        String id = steps.create("active");

        Answer accepted =
                api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{\"triggerData\": {\"input\": 7}}");
        String execution = accepted.json().path("executionId").asText();
        steps.awaitStatus(execution, "completed");
        Answer shown = api.get(viewer, "/api/workflows/executions/" + execution);
        List<String> all = api.stream(viewer, "/api/workflows/executions/%s/stream".formatted(execution));
        List<String> rest =
                api.stream(viewer, "/api/workflows/executions/%s/stream".formatted(execution), "Last-Event-ID", "3");

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(shown.json().path("nodeExecutions").findValuesAsText("nodeId"))
                .containsExactly("first", "second");
        assertThat(shown.json().at("/nodeExecutions/1/output").intValue()).isEqualTo(7);
        assertThat(shown.json().at("/triggerData/input").intValue()).isEqualTo(7);
        assertThat(shown.json().path("totalCost").asText()).isEqualTo("0.00");
        List<String> ids = all.stream().filter(line -> line.startsWith("id: ")).toList();
        assertThat(ids)
                .isEqualTo(IntStream.rangeClosed(1, ids.size())
                        .mapToObj(seq -> "id: " + seq)
                        .toList());
        assertThat(all)
                .filteredOn(line -> line.startsWith("data: "))
                .last()
                .asString()
                .contains("\"completed\"");
        assertThat(rest.stream().filter(line -> line.startsWith("id: ")).toList())
                .isEqualTo(ids.subList(3, ids.size()));
    }

    /** An EventSource comes back after every stream that ends, but not after this answer. */
    @Test
    void whoHasHadTheEndOfAnExecutionIsToldThatNothingFollows() throws Exception {
        String execution = steps.trigger(steps.create("active"));
        steps.awaitStatus(execution, "completed");
        String path = "/api/workflows/executions/%s/stream".formatted(execution);
        long last = api.stream(viewer, path).stream()
                .filter(line -> line.startsWith("id: "))
                .count();

        assertThat(api.status(viewer, path, "Last-Event-ID", Long.toString(last)))
                .isEqualTo(204);
        assertThat(api.status(viewer, path, "Last-Event-ID", Long.toString(last - 1)))
                .isEqualTo(200);
        assertThat(api.stream(viewer, path, "Last-Event-ID", Long.toString(last - 1)))
                .contains("id: " + last);
    }

    @Test
    void theListTellsOfEachWorkflowHowItsNewestExecutionStands() throws Exception {
        String id = steps.create("active");
        String never = steps.create("active");
        steps.awaitStatus(steps.trigger(id), "completed");
        String newest = steps.trigger(id);
        steps.awaitStatus(newest, "completed");

        JsonNode listed = api.get(viewer, "/api/workflows?limit=200").json().path("workflows");

        JsonNode last = of(listed, id).path("lastExecution");
        assertThat(last.path("id").asText()).isEqualTo(newest);
        assertThat(last.path("status").asText()).isEqualTo("completed");
        assertThat(last.path("reason").isNull()).isTrue();
        assertThat(last.path("totalCostNanoUsd").longValue()).isZero();
        assertThat(of(listed, never).path("lastExecution").isNull()).isTrue();
    }

    private static JsonNode of(JsonNode workflows, String id) {
        return workflows
                .valueStream()
                .filter(workflow -> workflow.path("id").asText().equals(id))
                .findAny()
                .orElseThrow();
    }

    @Test
    void aLargeExecutionIsShownInPagesOfFewMegabytesWithEveryNodeOnce() throws Exception {
        String execution = steps.trigger(steps.create("active"));
        steps.awaitStatus(execution, "completed");
        // As a fan-out leaves them: 15 MB of outputs, each small enough to stand with its node; and some that hold
        // nothing.
        api.engine().database().useAsSystem(handle -> handle.execute("""
                INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, output)
                SELECT ?, 'second[' || n || ']', 'second', 'completed', now(),
                       CASE WHEN n < 250 THEN '["' || repeat('x', 60000) || '", 1.50]' END
                FROM generate_series(1, 300) AS n
                """, execution));
        String path = "/api/workflows/executions/" + execution;

        var seen = new ArrayList<String>();
        int pages = 0;
        String cursor = "";
        for (JsonNode page = page(path, cursor); pages == 0 || !cursor.isEmpty(); page = page(path, cursor)) {
            pages++;
            page.path("nodeExecutions")
                    .forEach(node -> seen.add(node.path("nodeId").asText() + " "
                            + node.path("scope").asText()));
            assertThat(page.path("nodeExecutions")).isNotEmpty();
            assertThat(page.toString().length()).isLessThan(5 << 20);
            cursor = page.path("nextCursor").asText("");
        }

        assertThat(pages).isEqualTo(4);
        assertThat(seen).hasSize(302).doesNotHaveDuplicates().contains("first ", "second ", "second second[300]");
        assertThat(page(path, "").at("/nodeExecutions/2/output/1").asText()).isEqualTo("1.5");
    }

    private JsonNode page(String path, String cursor) {
        Answer answer = api.get(viewer, path + (cursor.isEmpty() ? "" : "?cursor=" + cursor));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void theSameKeyAgainIsTheSameExecution() {
        String path = "/api/workflows/%s/trigger".formatted(steps.create("active"));

        Answer one = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 66");
        Answer same = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 66");
        Answer other = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 67");

        assertThat(same.json().path("executionId")).isEqualTo(one.json().path("executionId"));
        assertThat(same.json().path("replayed").booleanValue()).isTrue();
        assertThat(other.json().path("executionId")).isNotEqualTo(one.json().path("executionId"));
    }

    @Test
    void aDraftIsATestForItsEditorsAndNothingForOthers() {
        String id = steps.create("draft");
        api.user("helper");
        steps.grant(id, "helper", "runner");

        Answer byEditor = api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{}");
        Answer byRunner = api.post(api.signIn("helper"), "/api/workflows/%s/trigger".formatted(id), "{}");
        Answer againByRunner = api.post(
                api.signIn("helper"),
                "/api/workflows/executions/%s/rerun"
                        .formatted(byEditor.json().path("executionId").asText()),
                "");

        assertThat(byEditor.status()).isEqualTo(202);
        assertThat(api.get(
                                editor,
                                "/api/workflows/executions/"
                                        + byEditor.json().path("executionId").asText())
                        .json()
                        .path("test")
                        .booleanValue())
                .isTrue();
        assertThat(byRunner.status()).isEqualTo(409);
        assertThat(againByRunner.status()).isEqualTo(403);
    }

    @Test
    void whatFailedIsResumedAndRunAgainAndWhatHangsIsCancelled() throws Exception {
        var isDown = new AtomicBoolean(true);
        api.engine()
                .script()
                .when(
                        "second",
                        asked -> isDown.get()
                                ? new Plan.Done(new Outcome.Failed(Failure.Kind.PERMANENT, "nobody there"))
                                : new Plan.Done(
                                        new Outcome.Completed(asked.context().input())));
        String id = steps.create("active");
        String execution = steps.trigger(id);
        steps.awaitStatus(execution, "failed");
        JsonNode failed =
                api.get(editor, "/api/workflows/executions/" + execution).json();
        String resume = "/api/workflows/executions/%s/resume".formatted(execution);
        Answer noAmount = api.post(editor, resume, "{\"maxCostUsd\": \"much\"}");
        Answer noLimit = api.post(editor, resume, "{\"maxCostUsd\": \"0.50\"}");
        Answer noLimitAsNumber = api.post(editor, resume, "{\"maxCostUsd\": 0.5}");
        api.user("helper");
        steps.grant(id, "helper", "runner");
        Answer byRunner = api.post(api.signIn("helper"), resume, "{\"maxCostUsd\": \"0.50\"}");
        isDown.set(false);

        Answer resumed = api.post(editor, resume, "");
        steps.awaitStatus(execution, "completed");
        Answer tooLate = api.post(editor, resume, "");
        Answer rerun = api.post(editor, "/api/workflows/executions/%s/rerun".formatted(execution), "");
        steps.awaitStatus(rerun.json().path("executionId").asText(), "completed");
        Answer list = api.get(viewer, "/api/workflows/%s/executions?limit=1".formatted(id));
        Answer analytics = api.get(viewer, "/api/workflows/%s/analytics".formatted(id));

        Answer unclear = api.get(
                viewer, "/api/workflows/%s/analytics?timezone=%%2B02:00&from=%%2B999999-01-01T00:00:00Z".formatted(id));

        assertThat(unclear.json().path("errors").findValuesAsText("field")).containsExactly("from", "timezone");
        assertThat(failed.path("errorNodeId").asText()).isEqualTo("second");
        for (Answer refused : List.of(noAmount, noLimit, noLimitAsNumber)) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().path("errors").findValuesAsText("field")).containsExactly("maxCostUsd");
        }
        assertThat(noLimitAsNumber.json().path("errors"))
                .isEqualTo(noLimit.json().path("errors"));
        assertThat(byRunner.status()).isEqualTo(403);
        assertThat(failed.path("unpricedCalls").isInt()).isTrue();
        assertThat(resumed.status()).isEqualTo(202);
        assertThat(tooLate.status()).isEqualTo(409);
        assertThat(list.json().path("executions")).hasSize(1);
        assertThat(list.json().at("/executions/0/rerunOf").asText()).isEqualTo(execution);
        assertThat(list.json().path("nextCursor").isTextual()).isTrue();
        assertThat(analytics.json().path("successfulExecutions").intValue()).isEqualTo(2);
        assertThat(analytics.json().path("nodes").findValuesAsText("nodeId")).containsExactly("first", "second");
        assertThat(api.post(editor, "/api/workflows/executions/%s/cancel".formatted(execution), "")
                        .status())
                .isEqualTo(200);
        api.engine()
                .script()
                .when(
                        "second",
                        asked -> new Plan.Done(
                                new Outcome.Completed(asked.context().input())));
    }

    @Test
    void aHookIsCalledBySignatureAndOnlyByIt() throws Exception {
        String id = steps.create("active");
        String secret = api.post(editor, "/api/workflows/%s/hook-secret".formatted(id), "")
                .json()
                .path("secret")
                .asText();
        String path = "/api/hooks/" + id;
        String body = "{\"input\": 3}";
        String signature = HookSignature.sign(null, body.getBytes(UTF_8), secret, Instant.now());
        String keyed = HookSignature.sign("a", body.getBytes(UTF_8), secret, Instant.now());

        Answer one = api.send("none", "POST", path, body, HookSignature.HEADER, keyed, "Idempotency-Key", "a");
        Answer same = api.send("none", "POST", path, body, HookSignature.HEADER, keyed, "Idempotency-Key", "a");
        String other = api.post(editor, "/api/workflows/%s/hook-secret".formatted(id), "")
                .json()
                .path("secret")
                .asText();
        Answer byOldSecret = api.send("none", "POST", path, body, HookSignature.HEADER, signature);

        assertThat(one.status()).isEqualTo(202);
        assertThat(same.json().path("executionId")).isEqualTo(one.json().path("executionId"));
        assertThat(api.send("none", "POST", path, body, HookSignature.HEADER, keyed, "Idempotency-Key", "b")
                        .status())
                .as("overheard, and sent under another key")
                .isEqualTo(401);
        assertThat(api.send("none", "POST", path, body, HookSignature.HEADER, keyed)
                        .status())
                .as("overheard, and sent without its key")
                .isEqualTo(401);
        assertThat(api.send("none", "POST", path, body, HookSignature.HEADER, signature, "Idempotency-Key", "b")
                        .status())
                .as("a key that nobody signed")
                .isEqualTo(401);
        assertThat(standard(path, "msg_1", "msg_1", other, body).status()).isEqualTo(202);
        assertThat(standard(path, "msg_1", "msg_1", other, body)
                        .json()
                        .path("replayed")
                        .booleanValue())
                .isTrue();
        assertThat(standard(path, "msg_2", "msg_1", other, body).status())
                .as("overheard, and sent under another id")
                .isEqualTo(401);
        assertThat(other).isNotEqualTo(secret);
        assertThat(byOldSecret.status()).as("good until the next change").isEqualTo(202);
        assertThat(api.engine()
                        .database()
                        .<List<String>, RuntimeException>asSystem(handle -> handle.createQuery(
                                        "SELECT action FROM audit_log WHERE resource_id = :id AND actor_id = 'editor'")
                                .bind("id", id)
                                .mapTo(String.class)
                                .list()))
                .containsExactly("workflow_created", "hook_secret_rotated", "hook_secret_rotated");
        assertThat(api.send("none", "POST", path, body).status()).isEqualTo(401);
        assertThat(api.send("none", "POST", path, body + " ", HookSignature.HEADER, signature)
                        .status())
                .isEqualTo(401);
        assertThat(api.send("none", "POST", "/api/hooks/wf_none", body, HookSignature.HEADER, signature)
                        .status())
                .isEqualTo(401);
        steps.awaitStatus(one.json().path("executionId").asText(), "completed");
    }

    @Test
    void whatRunsByItselfForSomeoneEndsWithTheirAccount() {
        api.user("leaver");
        String leaver = api.signIn("leaver");
        String id = api.post(leaver, "/api/workflows", """
                        {"name": "Mine", "status": "active", "definition": %s}""".formatted(TwoSteps.DEFINITION))
                .json()
                .at("/workflow/id")
                .asText();
        String path = "/api/workflows/" + id;
        api.put(leaver, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 10}");
        api.put(leaver, path + "/permissions", """
                {"permissions": [{"userId": "viewer", "permissionLevel": "runner"}]}""");
        assertThat(api.get(viewer, path).status()).isEqualTo(200);

        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'leaver'"));

        assertThat(api.get(viewer, path).status()).isEqualTo(404);
        assertThat(api.engine()
                        .database()
                        .<String, RuntimeException>asSystem(handle -> handle.createQuery("""
                                SELECT w.status || ' ' || s.enabled FROM workflows w
                                JOIN workflow_schedules s ON s.workflow_id = w.id WHERE w.id = :id
                                """)
                                .bind("id", id)
                                .mapTo(String.class)
                                .one()))
                .isEqualTo("paused false");
    }

    @Test
    void whatIsUnderWayForSomeoneEndsWithTheirAccountAndWhatWaitsBehindItBeginsNoMore() throws Exception {
        api.user("gone");
        String gone = api.signIn("gone");
        String id =
                api.post(gone, "/api/workflows", """
                        {"name": "Long", "status": "active", "definition": {"nodes": [
                          {"id": "wait", "type": "delay", "label": "Wait", "config": {"delayMs": 3600000}}]}}""").json().at("/workflow/id").asText();
        String trigger = "/api/workflows/%s/trigger".formatted(id);
        String running =
                api.post(gone, trigger, "{}").json().path("executionId").asText();
        String queued = api.post(gone, trigger, "{}").json().path("executionId").asText();
        api.engine().awaitStatus(running, "running");

        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'gone'"));

        api.engine().awaitStatus(running, "cancelled");
        api.engine().awaitStatus(queued, "cancelled");
        assertThat(api.engine().shown(queued).startedAt()).isNull();
    }

    /** Its executions would begin with everyone's usage and alerts. */
    @Test
    void whoMayEditAWorkflowAndNotSeeItsAccountDoesNotHaveItWaitForTheAccountsEvents() {
        api.user("helper");
        String id = steps.create("draft");
        steps.grant(id, "helper", "editor");
        String helper = api.signIn("helper");
        String path = "/api/workflows/" + id;
        String event = "{\"triggerConfig\": {\"type\": \"event\", \"filter\": {\"model\": \"o1\"}}}";

        assertThat(api.put(helper, path, "{\"triggerConfig\": {\"type\": \"webhook\"}}")
                        .status())
                .isEqualTo(200);
        assertThat(api.put(helper, path, event).status()).isEqualTo(403);
        assertThat(api.put(editor, path, event).status()).isEqualTo(200);
        assertThat(api.put(helper, path, event).status()).as("as it was").isEqualTo(200);
        assertThat(api.put(helper, path, "{\"triggerConfig\": {\"type\": \"event\"}}")
                        .status())
                .isEqualTo(403);
    }

    /** Taken out with the rights of the team alone, as its people do it. */
    @Test
    void whoIsTakenOutOfATeamKeepsNothingThatWasSharedWithThemThere() {
        api.user("former");
        api.user("friend");
        api.user("stranger");
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "INSERT INTO team_members (team_id, user_id, role) VALUES (?, 'former', 'viewer')",
                        RunningApi.TEAM));
        String ofTeam = "/api/workflows/" + steps.create("draft");
        String owner = api.signIn("owner");
        String friend = api.signIn("friend");
        String ofFriend = "/api/workflows/"
                + api.post(friend, "/api/workflows", """
                                {"name": "Mine", "definition": %s}""".formatted(TwoSteps.DEFINITION))
                        .json()
                        .at("/workflow/id")
                        .asText();
        String shared = """
                {"permissions": [{"userId": "former", "permissionLevel": "admin"},
                                 {"userId": "stranger", "permissionLevel": "runner"}]}""";
        assertThat(api.put(owner, ofTeam + "/permissions", shared).status()).isEqualTo(200);
        assertThat(api.put(friend, ofFriend + "/permissions", shared).status()).isEqualTo(200);
        assertThat(api.get(api.signIn("former"), ofTeam).status()).isEqualTo(200);

        api.engine()
                .database()
                .useTransaction(
                        new Scope.Tenant("former", Set.of("team:" + RunningApi.TEAM)),
                        handle -> handle.execute(
                                "DELETE FROM team_members WHERE team_id = ? AND user_id = 'former'", RunningApi.TEAM));

        String former = api.signIn("former");
        assertThat(api.get(former, ofTeam).status()).isEqualTo(404);
        assertThat(api.get(former, ofFriend).status()).isEqualTo(200);
        assertThat(api.get(owner, ofTeam + "/permissions").json().findValuesAsText("userId"))
                .containsExactly("stranger");
    }

    private Answer standard(String path, String id, String signedId, String secret, String body) {
        Instant now = Instant.now();
        return api.send(
                "none",
                "POST",
                path,
                body,
                StandardSignature.ID,
                id,
                StandardSignature.TIMESTAMP,
                Long.toString(now.getEpochSecond()),
                StandardSignature.SIGNATURE,
                StandardSignature.sign(signedId, now, body.getBytes(UTF_8), secret));
    }
}
