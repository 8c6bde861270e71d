package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.operations.OpenApi;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Workflows over HTTP: what they are made of, who may what with them, and what is told of that. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowApiTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final String editor = steps.editor();

    private final String viewer = api.signIn("viewer");

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
        String id = steps.create("active");

        Answer changed = api.put(
                editor,
                "/api/workflows/" + id,
                "{\"definition\": %s, \"note\": \"renamed\"}"
                        .formatted(TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"")));
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
                            .formatted(i, TwoSteps.DEFINITION));
            assertThat(made.status()).isEqualTo(201);
        }
        var names = new ArrayList<String>();
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
        String id = steps.create("active");

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
    void whoMayEditAWorkflowAloneGetsNothingElseOfItsAccount() {
        String id = steps.create("active");
        String path = "/api/workflows/" + id;
        api.user("lent");
        steps.grant(id, "lent", "editor");
        String lent = api.signIn("lent");
        String taking = "{\"definition\": %s}".formatted("""
                {"version": "1.0", "edges": [], "nodes": [
                  {"id": "out", "type": "webhook", "config": {"url": "https://e.example.com/?x={{secrets.TOP}}", "method": "GET"}},
                  {"id": "rows", "type": "data_source", "config": {"sourceId": "ds_1", "sourceType": "csv"}}]}""");

        Answer refused = api.put(lent, path, taking);
        Answer changed = api.put(
                lent, path, "{\"definition\": %s}".formatted(TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"")));
        Answer allowed = api.put(editor, path, taking);
        Answer restored = api.post(lent, path + "/versions/1/restore", "");
        Answer again = api.post(lent, path + "/versions/3/restore", "");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().path("errors").findValuesAsText("field"))
                .containsExactly("definition.nodes[0].config", "definition.nodes[1].config");
        assertThat(refused.json().path("errors").findValuesAsText("remedy")).hasSize(2);
        assertThat(refused.json().at("/errors/0/detail").asText()).contains("node out", "the secret TOP");
        assertThat(refused.json().at("/errors/1/detail").asText()).contains("node rows", "the data source ds_1");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(allowed.json().at("/workflow/version").intValue()).isEqualTo(3);
        assertThat(restored.status()).isEqualTo(200);
        assertThat(again.status()).isEqualTo(403);
        // A viewer of the team may use no more than they.
        steps.grant(id, "viewer", "editor");
        assertThat(api.put(viewer, path, taking).status()).isEqualTo(403);
        assertThat(api.post(lent, "/api/workflows", "{\"teamId\": \"team_1\", \"name\": \"x\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aTriggerConfigIsCheckedAndOneFromBeforeIsToldOf() {
        String id = steps.create("active");
        String path = "/api/workflows/" + id;

        Answer wrong = api.put(editor, path, """
                {"triggerConfig": {"type": "event", "filters": {}, "filter": "o1"}, "notifications": {"foo": 1, "slowFactor": 1}}
                """);
        Answer made = api.post(editor, "/api/workflows", """
                {"teamId": "team_1", "name": "x", "triggerConfig": {"type": "zzz"}}""");
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE workflows SET trigger_config = '{\"type\":\"event\",\"filter\":\"o1\"}' WHERE id = ?",
                        id));

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "triggerConfig.filters",
                        "triggerConfig.filter",
                        "notifications.foo",
                        "notifications.slowFactor");
        assertThat(made.status()).isEqualTo(400);
        assertThat(api.get(viewer, path)
                        .json()
                        .at("/workflow/triggerConfigFaults/0/field")
                        .asText())
                .isEqualTo("triggerConfig.filter");
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
    void whoSavesAWorkflowIsWarnedOfAModelWithoutAPriceAndSavesIt() {
        String definition = """
                {"version": "1.0", "edges": [], "nodes": [
                  {"id": "ask", "type": "prompt", "config": {"promptTemplate": "Hi", "model": "our-llama"}}]}""";

        Answer verdict = api.post(editor, "/api/workflows/validate", definition);
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Ours\", \"definition\": %s}".formatted(definition));
        String path = "/api/workflows/" + made.json().at("/workflow/id").asText();
        Answer again = api.put(editor, path, "{\"definition\": %s}".formatted(definition));
        Answer renamed = api.put(editor, path, "{\"name\": \"Theirs\"}");
        Answer other = api.put(editor, path, "{\"definition\": %s}".formatted(TwoSteps.DEFINITION));
        Answer restored = api.post(editor, path + "/versions/1/restore", "");

        assertThat(verdict.json().path("valid").booleanValue()).isTrue();
        assertThat(verdict.json().path("faults")).hasSize(1);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("warnings")).isEqualTo(verdict.json().path("faults"));
        assertThat(made.json().at("/warnings/0/nodeId").asText()).isEqualTo("ask");
        assertThat(made.json().at("/warnings/0/field").asText()).isEqualTo("nodes[0].config.model");
        assertThat(made.json().at("/warnings/0/message").asText()).contains("no list price");
        assertThat(again.json().path("warnings")).isEqualTo(made.json().path("warnings"));
        assertThat(renamed.json().get("warnings")).isEmpty();
        assertThat(other.json().get("warnings")).isEmpty();
        assertThat(restored.json().path("warnings")).isEqualTo(made.json().path("warnings"));
    }

    @Test
    void aVersionThatIsRefusedByTheRulesOfTodayIsNotRestoredAndOneWithNothingInItIs() {
        Answer made = api.post(editor, "/api/workflows", "{\"teamId\": \"team_1\", \"name\": \"Old\"}");
        String id = made.json().at("/workflow/id").asText();
        String path = "/api/workflows/" + id;
        api.put(editor, path, "{\"definition\": %s}".formatted(TwoSteps.DEFINITION));
        api.put(editor, path, "{\"definition\": %s}".formatted(TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"")));
        // As if it had been let in by rules that knew no such fault.
        api.engine().database().useAsSystem(handle -> handle.execute("""
                        UPDATE workflow_versions SET definition = replace(definition, '"target":"second"', '"target":"third"')
                        WHERE workflow_id = ? AND version = 2
                        """, id));

        Answer refused = api.post(editor, path + "/versions/2/restore", "");
        Answer empty = api.post(editor, path + "/versions/1/restore", "");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors").findValuesAsText("field"))
                .anyMatch(field -> field.startsWith("definition.edges[0]"));
        assertThat(empty.status()).isEqualTo(200);
        assertThat(empty.json().at("/workflow/version").intValue()).isEqualTo(4);
    }

    @Test
    void whoSeesNothingLearnsNothingAndEachLevelMayWhatTheOneBelowMay() {
        String id = steps.create("active");
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
        assertThat(ids(api.get(api.signIn("v"), "/api/workflows").json())).containsExactly(id);
        assertThat(Stream.of("v", "r", "e", "a")
                        .map(user -> api.get(api.signIn(user), "/api/workflows")
                                .json()
                                .at("/workflows/0/yourLevel")
                                .asText()))
                .containsExactly("viewer", "runner", "editor", "admin");
        assertThat(api.get(api.signIn("stranger"), "/api/workflows")
                        .json()
                        .path("total")
                        .intValue())
                .isZero();
    }

    @Test
    void nothingIsSharedWithSomeoneWhoIsNotThere() {
        String path = "/api/workflows/%s/permissions".formatted(steps.create("active"));
        String admin = api.signIn("admin");
        api.user("left");
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'left'"));

        Answer refused = api.put(admin, path, """
                {"permissions": [
                  {"userId": "nobody-of-that-id", "permissionLevel": "viewer"},
                  {"userId": "viewer", "permissionLevel": "runner"}, {"userId": "left", "permissionLevel": "admin"}]}
                """);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors").findValuesAsText("field"))
                .containsExactly("permissions[0].userId", "permissions[2].userId");
        assertThat(refused.json().at("/errors/0/detail").asText()).contains("nobody-of-that-id");
        assertThat(api.get(admin, path).json().path("permissions")).isEmpty();
    }

    @Test
    void onesOwnAreThoseOfNoTeamAndWhatStrangersShare() {
        api.user("both");
        String guest = api.signIn("both");
        String own = api.post(
                        guest,
                        "/api/workflows",
                        "{\"name\": \"Mine\", \"definition\": %s}".formatted(TwoSteps.DEFINITION))
                .json()
                .at("/workflow/id")
                .asText();
        String shared = steps.create("active");
        steps.grant(shared, "both", "viewer");

        assertThat(own(guest, "both")).containsExactlyInAnyOrder(own, shared);
        assertThat(own(editor, "editor")).as("the team's are the team's").doesNotContain(own, shared);
        assertThat(api.get(editor, "/api/workflows?userId=both").status()).isEqualTo(400);
        assertThat(api.get(editor, "/api/workflows?userId=editor&teamId=team_1").status())
                .isEqualTo(400);
    }

    @Test
    void aKeyHasWhatItsPersonWasGivenAsFarAsItsScopesGo() {
        String id = steps.create("active");
        api.user("guest");
        steps.grant(id, "guest", "editor");
        String sender = api.key("guest", KeyScope.INGEST);
        String reader = api.key("guest", KeyScope.QUERY);

        assertThat(mayWith(sender, id)).containsExactly(404, 404, 404, 404);
        assertThat(mayWith(reader, id)).containsExactly(200, 403, 403, 403);
        assertThat(mayWith(api.key("guest", KeyScope.QUERY, KeyScope.MANAGE), id))
                .containsExactly(200, 202, 200, 403);
        assertThat(api.get(sender, "/api/workflows").status()).isEqualTo(403);
        assertThat(ids(api.get(reader, "/api/workflows").json())).containsExactly(id);
        assertThat(api.get(editor, "/api/workflows?teamId=%00").status()).isEqualTo(400);
    }

    @Test
    void aScheduleIsCheckedAndShowsItsNextTimes() {
        String path = "/api/workflows/%s/schedule".formatted(steps.create("active"));

        Answer wrong =
                api.put(editor, path, "{\"type\": \"cron\", \"cron\": \"99 * * * *\", \"timezone\": \"Mars/Base\"}");
        Answer right = api.put(
                editor, path, "{\"type\": \"cron\", \"cron\": \"0 9 * * *\", \"timezone\": \"America/New_York\"}");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field")).contains("timezone");
        assertThat(right.json().path("preview")).hasSize(5);
        Answer never = api.put(editor, path, "{\"type\": \"cron\", \"cron\": \"0 9 31 2 *\"}");
        assertThat(never.status()).isEqualTo(400);
        assertThat(never.json().at("/errors/0/field").asText()).isEqualTo("cron");
        assertThat(api.get(viewer, path).json().path("nextFireAt"))
                .isEqualTo(right.json().at("/preview/0"));
        assertThat(api.put(viewer, path, "{}").status()).isEqualTo(403);
    }

    @Test
    void everyChangeIsLoggedWithWhoMadeItAndWhatItWas() {
        String id = steps.create("draft");
        String path = "/api/workflows/" + id;
        api.put(editor, path, "{\"status\": \"active\", \"name\": \"Renamed\"}");
        api.put(editor, path, "{\"name\": \"Renamed\"}");
        api.put(editor, path, "{\"definition\": %s}".formatted(TwoSteps.DEFINITION.replace("\"First\"", "\"Begin\"")));
        api.put(editor, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 10}");
        api.put(editor, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 10, \"enabled\": false}");
        steps.grant(id, "viewer", "runner");
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

    private List<String> own(String credentials, String user) {
        return ids(
                api.get(credentials, "/api/workflows?limit=200&userId=" + user).json());
    }

    /** Of the workflows of a list, and not of what each of them tells of its last execution. */
    private static List<String> ids(JsonNode list) {
        return list.path("workflows")
                .valueStream()
                .map(workflow -> workflow.path("id").asText())
                .toList();
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
}
