package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.work.Script;
import com.promptmanage.service.access.KeyScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a tier has not of workflows is refused when it is set up, and when it is run however it was set up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowTiersTest {

    /** Three that do not wait for each other. */
    private static final String BESIDE = """
            {"version": "1.0",
             "nodes": [
               {"id": "one", "type": "transform", "label": "1", "config": {"transformType": "custom", "code": "input"}},
               {"id": "two", "type": "transform", "label": "2", "config": {"transformType": "custom", "code": "input"}},
               {"id": "three", "type": "transform", "label": "3", "config": {"transformType": "custom", "code": "input"}}],
             "edges": []}
            """;

    private static final String RUNNER =
            "{\"permissions\": [{\"userId\": \"guest\", \"permissionLevel\": \"runner\"}]}";

    private final RunningApi api = new RunningApi(true);

    private final String editor = api.signIn("editor");

    WorkflowTiersTest() {
        api.user("guest");
    }

    @BeforeEach
    void smallTier() {
        api.engine().database().useAsSystem(handle -> handle.execute("DELETE FROM workflow_run_counts"));
        api.engine()
                .database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE workflows SET deleted_at = now() WHERE deleted_at IS NULL"));
        api.tier("team");
    }

    @AfterAll
    void close() {
        api.close();
    }

    @Test
    void anAccountHasAsManyWorkflowsAndRunsAsItsTierAllows() {
        api.tier("free");
        String form = "{\"teamId\": \"team_1\", \"name\": \"One\", \"status\": \"active\", \"definition\": %s}"
                .formatted(TwoSteps.DEFINITION);
        assertLimit(api.post(editor, "/api/workflows", form), "workflowsMax", "0");

        api.tier("team");
        String id = "";
        for (int i = 0; i < 5; i++) {
            Answer made = api.post(editor, "/api/workflows", form);
            assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
            id = made.json().at("/workflow/id").asText();
        }
        assertLimit(api.post(editor, "/api/workflows", form), "workflowsMax", "5");
        assertLimit(api.post(editor, "/api/workflow-templates/template-news-digest/deploy", """
                        {"teamId":"team_1","customizations":{"dataSourceMappings":{"NEWS":"ds_1"},
                         "values":{"SUBJECT":"bees"}}}"""), "workflowsMax", "5");

        String run = "/api/workflows/%s/trigger".formatted(id);
        api.engine().database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO workflow_run_counts (account, month, runs)
                        SELECT 'team:team_1', date_trunc('month', now() AT TIME ZONE 'UTC'), 98"""));
        Answer begun = api.send(editor, "POST", run, "{}", "Idempotency-Key", "a");
        assertThat(begun.status()).isEqualTo(202);
        assertThat(api.post(editor, run, "{\"test\": true}").status())
                .as("the hundredth")
                .isEqualTo(202);
        assertLimit(api.post(editor, run, "{}"), "workflowRunsPerMonth", "100");
        assertLimit(
                api.post(
                        editor,
                        "/api/workflows/executions/%s/rerun"
                                .formatted(begun.json().path("executionId").asText()),
                        ""),
                "workflowRunsPerMonth",
                "100");
        assertThat(api.send(editor, "POST", run, "{}", "Idempotency-Key", "a")
                        .json()
                        .path("executionId"))
                .as("what is there already is not begun again")
                .isEqualTo(begun.json().path("executionId"));

        api.tier("enterprise");
        assertThat(api.post(editor, run, "{}").status()).isEqualTo(202);
        assertThat(api.post(editor, "/api/workflows", form).status()).isEqualTo(201);
    }

    @Test
    void executionsAreBegunInTheWaysOfTheTier() {
        Answer hooked = make("\"executionMode\": \"webhook\"");
        assertLimit(hooked, "workflowTriggers", "null");
        assertThat(hooked.json().at("/limit/allowed").toString()).isEqualTo("[\"manual\",\"schedule\"]");
        assertThat(hooked.json().path("detail").asText()).contains("manual, schedule", "'webhook'");
        String id = made("\"executionMode\": \"scheduled\"");
        String path = "/api/workflows/" + id;
        assertLimit(api.put(editor, path, "{\"executionMode\": \"continuous\"}"), "workflowTriggers", "null");
        assertThat(api.put(editor, path + "/schedule", "{\"type\": \"interval\", \"intervalMinutes\": 60}")
                        .status())
                .isEqualTo(200);
        assertLimit(api.post(editor, path + "/hook-secret", ""), "workflowTriggers", "null");

        assertThat(api.post(editor, path + "/trigger", "{}").status()).isEqualTo(202);

        api.tier("enterprise");
        String program = api.key("guest", KeyScope.MANAGE, KeyScope.QUERY);
        assertThat(api.put(editor, path + "/permissions", RUNNER).status()).isEqualTo(200);
        Answer begun = api.post(program, path + "/trigger", "{}");
        assertThat(begun.status()).isEqualTo(202);
        String execution =
                "/api/workflows/executions/" + begun.json().path("executionId").asText();
        Answer again = api.post(program, execution + "/rerun", "");
        assertThat(again.status()).isEqualTo(202);
        assertThat(api.get(
                                editor,
                                "/api/workflows/executions/"
                                        + again.json().path("executionId").asText())
                        .json()
                        .path("triggeredBy")
                        .asText())
                .isEqualTo("api");
        api.tier("team");
        for (String act : List.of(path + "/trigger", execution + "/rerun", execution + "/resume")) {
            assertLimit(api.post(program, act, "{}"), "workflowTriggers", "null");
        }
        assertThat(api.post(editor, execution + "/rerun", "").status())
                .as("by a person")
                .isEqualTo(202);
        assertThat(api.post(editor, execution + "/resume", "").status())
                .as("a person may, but there is nothing to go on with")
                .isEqualTo(409);

        api.tier("enterprise");
        assertThat(api.post(editor, path + "/hook-secret", "").status()).isEqualTo(201);
        assertThat(api.put(editor, path, "{\"executionMode\": \"webhook\"}").status())
                .isEqualTo(200);
        api.tier("team");
        assertThat(api.put(editor, path, "{\"name\": \"Another name\"}").status())
                .as("what it was before may be named anew")
                .isEqualTo(200);
    }

    @Test
    void nodesRunOneAfterTheOtherWhateverTheWorkflowWasSavedWith() throws Exception {
        Answer parallel = make("", "\"settings\": {\"maxConcurrentNodes\": 2}");
        assertLimit(parallel, "workflowConcurrentNodesMax", "1");
        assertThat(parallel.json().at("/limit/current").intValue()).isEqualTo(2);
        api.tier("enterprise");
        String id = make("", "\"settings\": {\"maxConcurrentNodes\": 3}")
                .json()
                .at("/workflow/id")
                .asText();
        api.tier("team");
        var most = new AtomicInteger();
        for (String node : List.of("one", "two", "three")) {
            api.engine().script().when(node, asked -> {
                most.accumulateAndGet(underWay(id), Math::max);
                return Script.completed(asked.context().input());
            });
        }

        String execution = run(id);

        assertThat(most).hasValue(1);
        assertThat(api.engine().nodes(execution)).hasSize(3).containsValue("completed");
    }

    @Test
    void whatIsSharedIsKeptAndTakenBackButNotSharedFurther() {
        String id = made("");
        String path = "/api/workflows/%s/permissions".formatted(id);
        String view = "{\"permissions\": [{\"userId\": \"guest\", \"permissionLevel\": \"viewer\"}]}";
        assertLimit(api.put(editor, path, view), "workflowSharing", "null");

        api.tier("enterprise");
        assertThat(api.put(editor, path, view).status()).isEqualTo(200);

        api.tier("team");
        assertThat(api.put(editor, path, view).status()).as("kept").isEqualTo(200);
        assertLimit(api.put(editor, path, view.replace("viewer", "runner")), "workflowSharing", "null");
        assertThat(api.put(editor, path, "{\"permissions\": []}").status())
                .as("taken back")
                .isEqualTo(200);
    }

    @Test
    void howWorkflowsHaveGoneIsShownAsFarBackAsTheTierSays() {
        String path = "/api/workflows/%s/analytics".formatted(made(""));

        Answer usual = api.get(editor, path);
        assertThat(usual.status()).isEqualTo(200);
        assertLimit(
                api.get(editor, path + "?from=" + Instant.now().minus(Duration.ofDays(40))),
                "workflowHistoryDays",
                "30");
        Answer untilTenDaysAgo = api.get(editor, path + "?to=" + daysAgo(10));
        assertThat(untilTenDaysAgo.status())
                .as("who does not say since when gets what there is")
                .isEqualTo(200);
        assertThat(Instant.parse(untilTenDaysAgo.json().path("from").asText())).isAfter(daysAgo(32));
        assertLimit(api.get(editor, path + "?to=" + daysAgo(40)), "workflowHistoryDays", "30");

        api.tier("free");
        Instant since = Instant.parse(api.get(editor, path).json().path("from").asText());
        assertThat(since)
                .as("today")
                .isAfter(Instant.parse(usual.json().path("from").asText()).plus(Duration.ofDays(28)));
    }

    @Test
    void executionsAreListedAndShownAsFarBackAsTheTierSays() throws Exception {
        String id = made("");
        String list = "/api/workflows/%s/executions".formatted(id);
        String old = run(id);
        String recent = run(id);
        String open = api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{\"test\": true}")
                .json()
                .path("executionId")
                .asText();
        api.engine().awaitStatus(open, "completed");
        moveBack(old, "completed_at");
        // As one that waits for somebody.
        moveBack(open, "NULL");

        assertThat(listed(list)).containsExactlyInAnyOrder(recent, open);
        assertLimit(
                api.get(editor, list + "?from=" + Instant.now().minus(Duration.ofDays(40))),
                "workflowHistoryDays",
                "30");
        assertThat(api.get(editor, "/api/workflows/executions/" + recent).status())
                .isEqualTo(200);
        assertThat(api.get(editor, "/api/workflows/executions/" + open).status())
                .isEqualTo(200);
        String outputs = "/api/workflow-outputs?teamId=team_1";
        String since = "&from=" + Instant.now().minus(Duration.ofDays(50));
        assertLimit(api.get(editor, outputs + since), "workflowHistoryDays", "30");
        assertLimit(api.get(editor, outputs.replace("?", "/export?") + since), "workflowHistoryDays", "30");
        assertThat(api.get(editor, outputs + "&to=" + daysAgo(28)).status())
                .as("who does not say since when gets what there is")
                .isEqualTo(200);
        assertLimit(api.get(editor, outputs + "&to=" + daysAgo(40)), "workflowHistoryDays", "30");
        assertThat(api.get(editor, outputs).json().path("outputs").findValuesAsText("executionId"))
                .as("not what ended of late, and was begun before what is shown")
                .contains(recent)
                .doesNotContain(old);
        String path = "/api/workflows/executions/" + old;
        for (String part : List.of("", "/stream", "/payloads/1", "/nodes/1/input")) {
            assertLimit(api.get(editor, path + part), "workflowHistoryDays", "30");
        }

        api.tier("enterprise");
        assertThat(api.get(editor, outputs).json().path("outputs").findValuesAsText("executionId"))
                .contains(recent, old);
        assertThat(listed(list)).containsExactlyInAnyOrder(old, recent, open);
        assertThat(api.get(editor, path).status()).isEqualTo(200);
    }

    @Test
    void outputsAreListedInEveryTierAndExportedWhereThereAreExports() {
        String outputs = "/api/workflow-outputs?teamId=team_1";
        String export = "/api/workflow-outputs/export?format=json&teamId=team_1";
        assertThat(api.get(editor, export).status()).isEqualTo(200);

        api.tier("free");
        Answer refused = api.get(editor, export);
        assertLimit(refused, "exports", "null");
        assertThat(refused.json().path("detail").asText()).contains("outputs");
        assertThat(api.get(editor, outputs).status()).isEqualTo(200);
    }

    @Test
    void whatComesFromAVersionOrATemplateIsWithinTheTierToo() {
        String id = made("");
        api.tier("enterprise");
        String path = "/api/workflows/" + id;
        String parallel = BESIDE.replace("[]}", "[], \"settings\": {\"maxConcurrentNodes\": 3}}");
        assertThat(api.put(editor, path, "{\"definition\": %s}".formatted(parallel))
                        .status())
                .isEqualTo(200);
        assertThat(api.put(editor, path, "{\"definition\": %s}".formatted(BESIDE))
                        .status())
                .isEqualTo(200);
        var exported = api.get(editor, path + "/export").json();
        assertThat(exported.isEmpty()).isFalse();

        api.tier("team");
        assertLimit(api.post(editor, path + "/versions/2/restore", ""), "workflowConcurrentNodesMax", "1");
        assertThat(api.post(editor, path + "/versions/1/restore", "").status()).isEqualTo(200);
        String team = "{\"teamId\": \"team_1\"}";
        assertThat(api.post(editor, "/api/workflow-templates/template-incident-summary/deploy", team)
                        .status())
                .as("a template is no wish of the account's: it runs with as few nodes at once as the tier allows")
                .isEqualTo(201);
        assertThat(api.post(
                                editor,
                                "/api/workflows/import",
                                "{\"teamId\": \"team_1\", \"template\": %s}".formatted(exported))
                        .status())
                .isEqualTo(201);
        var wide = exported.deepCopy();
        ((ObjectNode) wide.path("definition")).putObject("settings").put("maxConcurrentNodes", 2);
        assertLimit(
                api.post(editor, "/api/workflows/import", "{\"teamId\": \"team_1\", \"template\": %s}".formatted(wide)),
                "workflowConcurrentNodesMax",
                "1");
    }

    private String run(String workflowId) throws Exception {
        String execution = api.post(editor, "/api/workflows/%s/trigger".formatted(workflowId), "{}")
                .json()
                .path("executionId")
                .asText();
        api.engine().awaitStatus(execution, "completed");
        return execution;
    }

    private static Instant daysAgo(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }

    private void moveBack(String execution, String completedAt) {
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE executions SET created_at = created_at - interval '40 days', completed_at = %s WHERE id = ?"
                                .formatted(completedAt),
                        execution));
    }

    private List<String> listed(String path) {
        var ids = new ArrayList<String>();
        api.get(editor, path)
                .json()
                .path("executions")
                .forEach(one -> ids.add(one.path("id").asText()));
        return ids;
    }

    /** Nodes that run, or may as soon as a worker is free. */
    private int underWay(String workflowId) {
        return api.engine()
                .database()
                .asSystem(handle -> handle.createQuery("""
                                SELECT count(*) FROM node_runs n JOIN executions e ON e.id = n.execution_id
                                WHERE e.workflow_id = :id AND n.status IN ('ready', 'leased')
                                """)
                        .bind("id", workflowId)
                        .mapTo(Integer.class)
                        .one());
    }

    private Answer make(String field) {
        return make(field, "");
    }

    /** @param ofDefinition a field of its own */
    private Answer make(String field, String ofDefinition) {
        return api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"One\", \"status\": \"active\"%s, \"definition\": %s}"
                        .formatted(behind(field), BESIDE.replace("[]}", "[]%s}".formatted(behind(ofDefinition)))));
    }

    private static String behind(String field) {
        return field.isEmpty() ? "" : ", " + field;
    }

    private String made(String fields) {
        Answer made = make(fields);
        assertThat(made.status()).as("%s", made.json()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    private static void assertLimit(Answer answer, String name, String max) {
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(answer.json().at("/limit/name").asText()).isEqualTo(name);
        assertThat(answer.json().at("/limit/max").toString()).isEqualTo(max);
    }
}
