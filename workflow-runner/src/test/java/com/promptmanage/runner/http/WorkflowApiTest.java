package com.promptmanage.runner.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.trigger.HookSignature;
import com.promptmanage.runner.trigger.StandardSignature;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.testkit.Await;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowApiTest {

    private static final String TWO_STEPS = """
            {"version": "1.0",
             "nodes": [
               {"id": "first", "type": "transform", "label": "First",
                "config": {"transformType": "custom", "code": "input"}},
               {"id": "second", "type": "transform", "label": "Second",
                "config": {"transformType": "custom", "code": "input"}}],
             "edges": [{"id": "e1", "source": "first", "target": "second"}]}
            """;

    private RunningApi api;

    private String editor;

    private String viewer;

    @BeforeAll
    void start() {
        api = new RunningApi();
        editor = api.signIn("editor");
        viewer = api.signIn("viewer");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        OpenApi description = OpenApi.of("runner", "test", List.of(WorkflowApi.OPEN_API));

        assertThat(description.differencesFrom(api.server())).isEmpty();
        assertThat(OpenApi.of("runner", "test", List.of(WorkflowApi.OPEN_API, OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }

    @Test
    void aChangedDefinitionIsANewVersionAndAnOldOneCanBeRestored() {
        String id = create("active");

        Answer changed = api.put(
                editor,
                "/api/workflows/" + id,
                "{\"definition\": %s, \"note\": \"renamed\"}".formatted(TWO_STEPS.replace("\"First\"", "\"Begin\"")));
        Answer again = api.put(editor, "/api/workflows/" + id, "{\"description\": \"says what it does\"}");
        Answer diff = api.get(viewer, "/api/workflows/%s/versions/2/diff".formatted(id));
        Answer restored = api.post(editor, "/api/workflows/%s/versions/1/restore".formatted(id), "");
        Answer versions = api.get(viewer, "/api/workflows/%s/versions".formatted(id));

        assertThat(changed.json().at("/workflow/version").intValue()).isEqualTo(2);
        assertThat(again.json().at("/workflow/version").intValue()).isEqualTo(2);
        assertThat(diff.json().at("/nodes/changed/0/id").asText()).isEqualTo("first");
        assertThat(diff.json().at("/edges/changed")).isEmpty();
        assertThat(restored.json().at("/workflow/definition/nodes/0/label").asText())
                .isEqualTo("First");
        assertThat(restored.json().at("/workflow/yourLevel").asText()).isEqualTo("admin");
        assertThat(versions.json().path("versions").findValuesAsText("note"))
                .containsExactly("Restored version 1", "renamed", "");
        assertThat(api.put(editor, "/api/workflows/" + id, "{\"baseVersion\": 1, \"name\": \"late\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void theListIsReadPageByPage() {
        for (int i = 0; i < 5; i++) {
            Answer made = api.post(
                    editor,
                    "/api/workflows",
                    "{\"teamId\": \"team_1\", \"name\": \"Page %d\", \"tags\": [\"paged\"], \"definition\": %s}"
                            .formatted(i, TWO_STEPS));
            assertThat(made.status()).isEqualTo(201);
        }
        var names = new java.util.ArrayList<String>();
        String cursor = "";
        int pages = 0;
        do {
            Answer page = api.get(viewer, "/api/workflows?tags=paged&limit=2" + cursor);
            names.addAll(page.json().path("workflows").findValuesAsText("name"));
            assertThat(page.json().path("total").intValue()).isEqualTo(5);
            cursor = page.json().path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.json().path("nextCursor").asText();
            pages++;
        } while (!cursor.isEmpty());

        assertThat(pages).isEqualTo(3);
        assertThat(names).containsExactly("Page 0", "Page 1", "Page 2", "Page 3", "Page 4");
        assertThat(api.get(viewer, "/api/workflows?cursor=%27").status()).isEqualTo(400);
    }

    @Test
    void ofWhatPeopleWantToBeToldIsChecked() {
        String id = create("active");

        Answer wrong = api.put(editor, "/api/workflows/" + id, """
                {"notifications": {"alertTypes": ["failure", "weather"], "costThresholdUsd": 0.5, "slowFactor": 1}}
                """);
        Answer fine = api.put(editor, "/api/workflows/" + id, """
                {"notifications": {"alertTypes": ["failure"], "costThresholdUsd": "0.50", "slowFactor": 4}}
                """);

        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "notifications.alertTypes", "notifications.costThresholdUsd", "notifications.slowFactor");
        assertThat(fine.status()).isEqualTo(200);
    }

    @Test
    void everythingWrongWithAWorkflowIsToldAtOnce() {
        Answer answer = api.post(editor, "/api/workflows", """
                {"teamId": "team_1", "status": "sleeping", "maxConcurrentRuns": 0,
                 "definition": {"version": "1.0", "nodes": [{"id": "x", "type": "unheard_of", "config": {}}], "edges": []}}
                """);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .contains("name", "status", "maxConcurrentRuns")
                .anyMatch(field -> field.startsWith("definition.nodes[0]"));
    }

    @Test
    void aTriggeredWorkflowRunsAndIsShownNodeByNodeAndAsAStream() throws Exception {
        String id = create("active");

        Answer accepted =
                api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{\"triggerData\": {\"input\": 7}}");
        String execution = accepted.json().path("executionId").asText();
        awaitStatus(execution, "completed");
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

    @Test
    void theSameKeyAgainIsTheSameExecution() {
        String path = "/api/workflows/%s/trigger".formatted(create("active"));

        Answer one = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 66");
        Answer same = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 66");
        Answer other = api.send(editor, "POST", path, "{}", "Idempotency-Key", "order 67");

        assertThat(same.json().path("executionId")).isEqualTo(one.json().path("executionId"));
        assertThat(same.json().path("replayed").booleanValue()).isTrue();
        assertThat(other.json().path("executionId")).isNotEqualTo(one.json().path("executionId"));
    }

    @Test
    void aDraftIsATestForItsEditorsAndNothingForOthers() {
        String id = create("draft");
        api.user("helper");
        grant(id, "helper", "runner");

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
    void whoSeesNothingLearnsNothingAndEachLevelMayWhatTheOneBelowMay() {
        String id = create("active");
        for (String user : List.of("stranger", "v", "r", "e", "a")) {
            api.user(user);
        }
        assertThat(api.put(api.signIn("admin"), "/api/workflows/%s/permissions".formatted(id), """
                        {"permissions": [
                          {"userId": "v", "permissionLevel": "viewer"}, {"userId": "r", "permissionLevel": "runner"},
                          {"userId": "e", "permissionLevel": "editor"}, {"userId": "a", "permissionLevel": "admin"}]}
                        """)
                        .status())
                .isEqualTo(200);

        assertThat(may("stranger", id)).containsExactly(404, 404, 404, 404);
        assertThat(may("v", id)).containsExactly(200, 403, 403, 403);
        assertThat(may("r", id)).containsExactly(200, 202, 403, 403);
        assertThat(may("e", id)).containsExactly(200, 202, 200, 403);
        assertThat(may("a", id)).containsExactly(200, 202, 200, 400);
        assertThat(may("viewer", id)).containsExactly(200, 403, 403, 403);
        assertThat(api.get(api.signIn("v"), "/api/workflows")
                        .json()
                        .path("workflows")
                        .findValuesAsText("id"))
                .containsExactly(id);
        assertThat(api.get(api.signIn("stranger"), "/api/workflows")
                        .json()
                        .path("total")
                        .intValue())
                .isZero();
    }

    @Test
    void onesOwnAreThoseOfNoTeamAndWhatStrangersShare() {
        api.user("both");
        String guest = api.signIn("both");
        String own = api.post(guest, "/api/workflows", "{\"name\": \"Mine\", \"definition\": %s}".formatted(TWO_STEPS))
                .json()
                .at("/workflow/id")
                .asText();
        String shared = create("active");
        grant(shared, "both", "viewer");

        assertThat(own(guest, "both")).containsExactlyInAnyOrder(own, shared);
        assertThat(own(editor, "editor")).as("the team's are the team's").doesNotContain(own, shared);
        assertThat(api.get(editor, "/api/workflows?userId=both").status()).isEqualTo(400);
        assertThat(api.get(editor, "/api/workflows?userId=editor&teamId=team_1").status())
                .isEqualTo(400);
    }

    private List<String> own(String credentials, String user) {
        return api.get(credentials, "/api/workflows?limit=200&userId=" + user)
                .json()
                .path("workflows")
                .findValuesAsText("id");
    }

    @Test
    void aKeyHasWhatItsPersonWasGivenAsFarAsItsScopesGo() {
        String id = create("active");
        api.user("guest");
        grant(id, "guest", "editor");
        String sender = api.key("guest", KeyScope.INGEST);
        String reader = api.key("guest", KeyScope.QUERY);

        assertThat(mayWith(sender, id)).containsExactly(404, 404, 404, 404);
        assertThat(mayWith(reader, id)).containsExactly(200, 403, 403, 403);
        assertThat(mayWith(api.key("guest", KeyScope.QUERY, KeyScope.MANAGE), id))
                .containsExactly(200, 202, 200, 403);
        assertThat(api.get(sender, "/api/workflows").status()).isEqualTo(403);
        assertThat(api.get(reader, "/api/workflows").json().path("workflows").findValuesAsText("id"))
                .containsExactly(id);
        assertThat(api.get(editor, "/api/workflows?teamId=%00").status()).isEqualTo(400);
    }

    private List<Integer> may(String user, String id) {
        return mayWith(api.signIn(user), id);
    }

    private List<Integer> mayWith(String credentials, String id) {
        return List.of(
                api.get(credentials, "/api/workflows/" + id).status(),
                api.post(credentials, "/api/workflows/%s/trigger".formatted(id), "{}")
                        .status(),
                api.put(credentials, "/api/workflows/" + id, "{\"description\": \"another\"}")
                        .status(),
                // Not a list, so that it changes nothing: who may change it is told so, who may not is told that.
                api.put(credentials, "/api/workflows/%s/permissions".formatted(id), "{}")
                        .status());
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
        String id = create("active");
        String execution = trigger(id);
        awaitStatus(execution, "failed");
        JsonNode failed =
                api.get(editor, "/api/workflows/executions/" + execution).json();
        isDown.set(false);

        Answer resumed = api.post(editor, "/api/workflows/executions/%s/resume".formatted(execution), "");
        awaitStatus(execution, "completed");
        Answer tooLate = api.post(editor, "/api/workflows/executions/%s/resume".formatted(execution), "");
        Answer rerun = api.post(editor, "/api/workflows/executions/%s/rerun".formatted(execution), "");
        awaitStatus(rerun.json().path("executionId").asText(), "completed");
        Answer list = api.get(viewer, "/api/workflows/%s/executions?limit=1".formatted(id));
        Answer analytics = api.get(viewer, "/api/workflows/%s/analytics".formatted(id));

        Answer unclear = api.get(
                viewer, "/api/workflows/%s/analytics?timezone=%%2B02:00&from=%%2B999999-01-01T00:00:00Z".formatted(id));

        assertThat(unclear.json().path("errors").findValuesAsText("field")).containsExactly("from", "timezone");
        assertThat(failed.path("errorNodeId").asText()).isEqualTo("second");
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
        String id = create("active");
        String secret = api.post(editor, "/api/workflows/%s/hook-secret".formatted(id), "")
                .json()
                .path("secret")
                .asText();
        String path = "/api/hooks/" + id;
        String body = "{\"input\": 3}";
        String signature = HookSignature.sign(body.getBytes(UTF_8), secret, Instant.now());

        Answer one = api.send("none", "POST", path, body, HookSignature.HEADER, signature, "Idempotency-Key", "a");
        Answer same = api.send("none", "POST", path, body, HookSignature.HEADER, signature, "Idempotency-Key", "a");
        String other = api.post(editor, "/api/workflows/%s/hook-secret".formatted(id), "")
                .json()
                .path("secret")
                .asText();
        Answer byOldSecret = api.send("none", "POST", path, body, HookSignature.HEADER, signature);

        assertThat(one.status()).isEqualTo(202);
        assertThat(same.json().path("executionId")).isEqualTo(one.json().path("executionId"));
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
        awaitStatus(one.json().path("executionId").asText(), "completed");
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

    @Test
    void aScheduleIsCheckedAndShowsItsNextTimes() {
        String path = "/api/workflows/%s/schedule".formatted(create("active"));

        Answer wrong =
                api.put(editor, path, "{\"type\": \"cron\", \"cron\": \"99 * * * *\", \"timezone\": \"Mars/Base\"}");
        Answer right = api.put(
                editor, path, "{\"type\": \"cron\", \"cron\": \"0 9 * * *\", \"timezone\": \"America/New_York\"}");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field")).contains("timezone");
        assertThat(right.json().path("preview")).hasSize(5);
        assertThat(api.get(viewer, path).json().path("nextFireAt"))
                .isEqualTo(right.json().at("/preview/0"));
        assertThat(api.put(viewer, path, "{}").status()).isEqualTo(403);
    }

    @Test
    void everyChangeIsLoggedWithWhoMadeItAndWhatItWas() {
        String id = create("draft");
        String path = "/api/workflows/" + id;
        api.put(editor, path, "{\"status\": \"active\", \"name\": \"Renamed\"}");
        api.put(editor, path, "{\"name\": \"Renamed\"}");
        api.put(editor, path, "{\"definition\": %s}".formatted(TWO_STEPS.replace("\"First\"", "\"Begin\"")));
        api.put(editor, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 10}");
        api.put(editor, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 10, \"enabled\": false}");
        grant(id, "viewer", "runner");
        api.post(editor, path + "/versions/1/restore", "");
        api.send(api.signIn("owner"), "DELETE", path, null);

        assertThat(logged(id))
                .containsExactly(
                        "workflow_created by editor: - > Two steps, draft, 1",
                        "workflow_changed by editor: Two steps, draft > Renamed, active",
                        "workflow_changed by editor: 1 > 2",
                        "schedule_set by editor: - > true",
                        "schedule_set by editor: true > false",
                        "workflow_shared by owner:  > runner",
                        "workflow_changed by editor: 2 > 3",
                        "workflow_deleted by owner: Renamed, active, 3 > -");
    }

    private List<String> logged(String id) {
        return api.engine()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT action, actor_id, old_values, new_values FROM audit_log WHERE resource_id = :id ORDER BY id
                        """)
                        .bind("id", id)
                        .map((row, ctx) -> "%s by %s: %s > %s"
                                .formatted(
                                        row.getString("action"),
                                        row.getString("actor_id"),
                                        told(row.getString("old_values")),
                                        told(row.getString("new_values"))))
                        .list());
    }

    private static String told(@Nullable String values) {
        if (values == null) {
            return "-";
        }
        JsonNode json = StoredJson.read(values);
        return Stream.of("name", "status", "version", "enabled", "viewer")
                .filter(json::has)
                .map(field -> json.get(field).asText())
                .collect(Collectors.joining(", "));
    }

    @Test
    void anAccountHasAsManyWorkflowsAndRunsAsItsTierAllows() {
        try (var limited = new RunningApi(true)) {
            String ed = limited.signIn("editor");
            String form = "{\"teamId\": \"team_1\", \"name\": \"One\", \"status\": \"active\", \"definition\": %s}"
                    .formatted(TWO_STEPS);
            assertLimit(limited.post(ed, "/api/workflows", form), "workflowsMax", 0);

            limited.tier("team");
            String id = "";
            for (int i = 0; i < 5; i++) {
                Answer made = limited.post(ed, "/api/workflows", form);
                assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
                id = made.json().at("/workflow/id").asText();
            }
            assertLimit(limited.post(ed, "/api/workflows", form), "workflowsMax", 5);
            assertLimit(
                    limited.post(ed, "/api/workflow-templates/template-news-digest/deploy", """
                            {"teamId":"team_1","customizations":{"dataSourceMappings":{"NEWS":"ds_1"},
                             "values":{"SUBJECT":"bees"}}}"""), "workflowsMax", 5);

            String run = "/api/workflows/%s/trigger".formatted(id);
            limited.engine().database().useAsSystem(handle -> handle.execute("""
                            INSERT INTO workflow_run_counts (account, month, runs)
                            SELECT 'team:team_1', date_trunc('month', now() AT TIME ZONE 'UTC'), 98"""));
            Answer begun = limited.send(ed, "POST", run, "{}", "Idempotency-Key", "a");
            assertThat(begun.status()).isEqualTo(202);
            assertThat(limited.post(ed, run, "{\"test\": true}").status())
                    .as("the hundredth")
                    .isEqualTo(202);
            assertLimit(limited.post(ed, run, "{}"), "workflowRunsPerMonth", 100);
            assertLimit(
                    limited.post(
                            ed,
                            "/api/workflows/executions/%s/rerun"
                                    .formatted(begun.json().path("executionId").asText()),
                            ""),
                    "workflowRunsPerMonth",
                    100);
            assertThat(limited.send(ed, "POST", run, "{}", "Idempotency-Key", "a")
                            .json()
                            .path("executionId"))
                    .as("what is there already is not begun again")
                    .isEqualTo(begun.json().path("executionId"));

            limited.tier("enterprise");
            assertThat(limited.post(ed, run, "{}").status()).isEqualTo(202);
            assertThat(limited.post(ed, "/api/workflows", form).status()).isEqualTo(201);
        }
    }

    private static void assertLimit(Answer answer, String name, int max) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(answer.json().at("/limit/name").asText()).isEqualTo(name);
        assertThat(answer.json().at("/limit/max").intValue()).isEqualTo(max);
    }

    @Test
    void whatRunsByItselfForSomeoneEndsWithTheirAccount() {
        api.user("leaver");
        String leaver = api.signIn("leaver");
        String id = api.post(leaver, "/api/workflows", """
                        {"name": "Mine", "status": "active", "definition": %s}""".formatted(TWO_STEPS))
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

    private String create(String status) {
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Two steps\", \"status\": \"%s\", \"definition\": %s}"
                        .formatted(status, TWO_STEPS));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    private void grant(String id, String user, String level) {
        assertThat(api.put(
                                api.signIn("owner"),
                                "/api/workflows/%s/permissions".formatted(id),
                                "{\"permissions\": [{\"userId\": \"%s\", \"permissionLevel\": \"%s\"}]}"
                                        .formatted(user, level))
                        .status())
                .isEqualTo(200);
    }

    private String trigger(String id) {
        return api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{}")
                .json()
                .path("executionId")
                .asText();
    }

    private void awaitStatus(String execution, String status) throws Exception {
        Await.until(() -> assertThat(api.get(editor, "/api/workflows/executions/" + execution)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo(status));
    }
}
