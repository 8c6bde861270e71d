package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.http.RunningApi.Revocable;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.testkit.Await;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What workflows have put out, over HTTP: listed, narrowed down, exported, and by whom. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutputRoutesTest {

    private static final String OUTPUTS = "/api/workflow-outputs";

    private static final String OF_TEAM = OUTPUTS + "?teamId=team_1";

    private static final String EXPORT = OUTPUTS + "/export?teamId=team_1";

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final String editor = steps.editor();

    private final String viewer = api.signIn("viewer");

    OutputRoutesTest() {
        api.user("stranger");
    }

    @BeforeEach
    void nothingYet() {
        change("DELETE FROM executions");
    }

    @Test
    void anOutputIsListedWithWhatItWasMadeOfAndWhatItCost() throws Exception {
        String id = steps.create("active");
        String execution = run(id, "{\"id\": \"order 66\", \"input\": \"Gr\u00fc\u00dfe\\nan alle\"}");
        change("""
                UPDATE executions SET tokens = 12, cost_nano_usd = 9007199254740993, unpriced_calls = 1,
                    started_at = completed_at - interval '1500 ms'
                """);
        change("UPDATE workflows SET tags = '{nightly}', category = 'reporting' WHERE id = '%s'".formatted(id));

        Answer answer = api.get(viewer, OF_TEAM);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("nextCursor").isNull()).isTrue();
        assertThat(answer.json().path("outputs")).hasSize(1);
        JsonNode output = answer.json().at("/outputs/0");
        assertThat(output.path("executionId").asText()).isEqualTo(execution);
        assertThat(output.path("workflowId").asText()).isEqualTo(id);
        assertThat(output.path("workflowName").asText()).isEqualTo("Two steps");
        assertThat(output.path("category").asText()).isEqualTo("reporting");
        assertThat(output.at("/tags/0").asText()).isEqualTo("nightly");
        assertThat(output.path("triggeredBy").asText()).isEqualTo("manual");
        assertThat(output.path("inputKey").asText()).isEqualTo("order 66");
        assertThat(output.path("summary").asText()).isEqualTo("Gr\u00fc\u00dfe an alle");
        assertThat(output.path("empty").booleanValue()).isFalse();
        assertThat(output.path("tokens").longValue()).isEqualTo(12);
        assertThat(output.path("cost").asText()).isEqualTo("9007199.254740993");
        assertThat(output.path("costNanoUsd").longValue()).isEqualTo(9_007_199_254_740_993L);
        assertThat(output.path("unpricedCalls").intValue()).isEqualTo(1);
        assertThat(output.path("durationMs").longValue()).isEqualTo(1500);
    }

    @Test
    void whatPutOutNothingSaysSoAndIsFoundAlone() throws Exception {
        String id = steps.create("active");
        String empty = run(id, "{\"input\": []}");
        String full = run(id, "{\"input\": {\"a\": 1}}");

        List<JsonNode> all = all(OF_TEAM);
        List<JsonNode> onlyEmpty = all(OF_TEAM + "&empty=true");

        assertThat(all).extracting(one -> one.path("executionId").asText()).containsExactly(full, empty);
        assertThat(all).extracting(one -> one.path("summary").asText("-")).containsExactly("{\"a\":1}", "-");
        assertThat(onlyEmpty)
                .extracting(one -> one.path("executionId").asText())
                .containsExactly(empty);
        assertThat(onlyEmpty.getFirst().path("empty").booleanValue()).isTrue();
    }

    @Test
    void aLargeOutputIsToldByItsBeginning() throws Exception {
        String letters = "x".repeat(100_000);

        run(steps.create("active"), "{\"input\": \"%s\"}".formatted(letters));

        assertThat(all(OF_TEAM).getFirst().path("summary").asText()).isEqualTo("x".repeat(200) + "…");
    }

    @Test
    void ofAFanOutTheFirstItemThatHoldsSomethingIsTold() throws Exception {
        String execution = run(steps.create("active"), "{\"input\": []}");
        change("""
                INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, output)
                SELECT '%s', 'first[' || n || ']', 'second', 'completed', now(),
                       CASE WHEN n < 3 THEN '{}' ELSE '"item ' || n || '"' END
                FROM generate_series(0, 5) AS n
                """.formatted(execution));

        assertThat(all(OF_TEAM).getFirst().path("summary").asText()).isEqualTo("item 3");
    }

    @Test
    void pagesHoldEachOutputOnceInTheOrderOfTheirEnds() throws Exception {
        String id = steps.create("active");
        String one = run(id, "{\"input\": 1}");
        String other = run(id, "{\"input\": 2}");
        String last = run(id, "{\"input\": 3}");
        // At the same time, as what several workers bring at once.
        change("UPDATE executions SET completed_at = date_trunc('second', now())");
        change("UPDATE executions SET completed_at = completed_at + interval '1 s' WHERE id = '%s'".formatted(one));

        var seen = new ArrayList<String>();
        String cursor = "";
        do {
            JsonNode page = api.get(viewer, OF_TEAM + "&limit=1" + cursor).json();
            assertThat(page.path("outputs")).hasSize(1);
            seen.add(page.at("/outputs/0/executionId").asText());
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (!cursor.isEmpty());

        assertThat(seen).containsExactly(one, last, other);
    }

    @Test
    void aListIsOfOneWorkflowOrOfThoseWithATag() throws Exception {
        String id = steps.create("active");
        String tagged = steps.create("active");
        change("UPDATE workflows SET tags = '{nightly,mail}' WHERE id = '%s'".formatted(tagged));
        String scratch = steps.create("active");
        change("UPDATE workflows SET tags = '{node-test}' WHERE id = '%s'".formatted(scratch));
        String first = run(id, "{\"input\": 1}");
        String second = run(tagged, "{\"input\": 2}");
        run(scratch, "{\"input\": 3}");

        assertThat(ids(OF_TEAM)).containsExactly(second, first);
        assertThat(ids(OF_TEAM + "&tag=mail")).containsExactly(second);
        assertThat(ids(OF_TEAM + "&tag=none")).isEmpty();
        assertThat(ids(OUTPUTS + "?workflowId=" + id)).containsExactly(first);
        change("UPDATE workflows SET deleted_at = now() WHERE id = '%s'".formatted(tagged));
        assertThat(ids(OF_TEAM)).as("of one that is gone, nothing").containsExactly(first);
    }

    @Test
    void aListIsOfTheLastSevenDaysOrOfWhenItIsAskedFor() throws Exception {
        String id = steps.create("active");
        String old = run(id, "{\"input\": 1}");
        change("UPDATE executions SET completed_at = completed_at - interval '8 days'");
        String recent = run(id, "{\"input\": 2}");
        Instant now = Instant.now();

        assertThat(ids(OF_TEAM)).containsExactly(recent);
        assertThat(ids(OF_TEAM + "&from=" + now.minus(Duration.ofDays(9)))).containsExactly(recent, old);
        assertThat(ids(OF_TEAM + "&to=" + now.minus(Duration.ofDays(7)))).containsExactly(old);
        assertThat(api.get(viewer, OF_TEAM + "&from=%s&to=%s".formatted(now, now.minusSeconds(1)))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void whatIsAskedForWronglyIsNamed() {
        Answer answer = api.get(viewer, OF_TEAM + "&limit=0&cursor=zz-&empty=perhaps&workflowId=%27&from=now&to=then");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("limit", "cursor", "empty", "workflowId", "from", "to");
        assertThat(api.get(viewer, EXPORT + "&format=json&tag=" + "x".repeat(101))
                        .json()
                        .at("/errors/0/field")
                        .asText())
                .isEqualTo("tag");
        assertThat(api.get(viewer, EXPORT + "&check=perhaps")
                        .json()
                        .at("/errors/0/field")
                        .asText())
                .isEqualTo("check");
        assertThat(api.get(viewer, EXPORT + "&format=pdf")
                        .json()
                        .at("/errors/0/field")
                        .asText())
                .isEqualTo("format");
    }

    @Test
    void whoMaySeeAWorkflowSeesItsOutputsAndNobodyElse() throws Exception {
        String id = steps.create("active");
        String execution = run(id, "{\"input\": 1}");
        String stranger = api.signIn("stranger");
        String ofOne = OUTPUTS + "?workflowId=" + id;

        assertThat(api.get(stranger, OF_TEAM).status()).isEqualTo(404);
        assertThat(api.get(stranger, EXPORT).status()).isEqualTo(404);
        assertThat(api.get(stranger, ofOne).status()).isEqualTo(404);
        assertThat(ids(stranger, OUTPUTS)).as("of their own").isEmpty();
        assertThat(api.get(api.key("viewer", KeyScope.INGEST), OUTPUTS).status())
                .isEqualTo(403);

        steps.grant(id, "stranger", "viewer");

        assertThat(ids(stranger, ofOne)).containsExactly(execution);
        assertThat(api.get(stranger, OF_TEAM).status()).isEqualTo(404);
    }

    @Test
    void allOfItIsAFileOfLinesThatRunsNothingAndTheAuditLogSaysWhoHasIt() throws Exception {
        String id = steps.create("active");
        run(id, "{\"id\": \"=1+1\", \"input\": \"two, \\\"three\\\"\"}");
        change("UPDATE executions SET cost_nano_usd = 1, tokens = 5");

        assertThat(api.get(viewer, EXPORT + "&check=true").status()).isEqualTo(204);
        List<String> lines = api.stream(viewer, EXPORT);

        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst())
                .startsWith("completedAt,workflowId,workflowName,")
                .contains(",costUsd,costNanoUsd,");
        assertThat(lines.getLast())
                .contains(",'=1+1,false,\"two, \"\"three\"\"\",5,0.000000001,1,0,")
                .contains(id);
        List<String> exporters = api.engine()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT actor_id FROM audit_log
                        WHERE action = 'data_exported' AND resource_type = 'workflow_outputs'
                        """).mapTo(String.class).list());
        assertThat(exporters).contains("viewer");
    }

    @Test
    void theAuditLogSaysWhatAFileHolds() throws Exception {
        String to = Instant.now().minus(Duration.ofDays(2)).toString();

        assertThat(api.stream(viewer, EXPORT + "&tag=nightly&empty=true&to=" + to))
                .hasSize(1);

        List<String> exported = api.engine()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT concat_ws(' ', new_values ->> 'format', new_values ->> 'tag', new_values ->> 'empty',
                                         new_values ->> 'to')
                        FROM audit_log
                        WHERE action = 'data_exported' AND resource_type = 'workflow_outputs'
                        ORDER BY id DESC LIMIT 1
                        """).mapTo(String.class).list());
        assertThat(exported).containsExactly("csv nightly true " + to);
    }

    @Test
    void allOfItIsAnArrayOfMorePagesThanOne() throws Exception {
        String id = steps.create("active");
        String execution = run(id, "{\"input\": 1}");
        change("""
                INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                    status, created_at, started_at, completed_at)
                SELECT 'more' || n, workflow_id, workflow_version, account, user_id, 'schedule', '{}', 'completed',
                       created_at, started_at, completed_at - n * interval '1 ms'
                FROM executions CROSS JOIN generate_series(1, 450) AS n
                """);

        JsonNode file = api.get(viewer, EXPORT + "&format=json").json();
        JsonNode onlyEmpty = api.get(viewer, EXPORT + "&format=json&empty=true").json();

        assertThat(file).hasSize(451);
        assertThat(file.at("/0/executionId").asText()).isEqualTo(execution);
        assertThat(file.at("/450/executionId").asText()).isEqualTo("more450");
        assertThat(file.at("/450/durationMs").isIntegralNumber()).isTrue();
        assertThat(onlyEmpty).hasSize(450);
    }

    /** Whoever reads for it: an account has as many people and keys as it likes. */
    @Test
    void anAccountWhoseExportsAreNotReadKeepsNoOtherWaiting() throws Exception {
        String id = steps.create("active");
        change("UPDATE workflows SET category = repeat('x', 4000) WHERE id = '%s'".formatted(id));
        change("""
                INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                    status, created_at, started_at, completed_at)
                SELECT 'unread' || n, '%s', 1, 'team:team_1', 'editor', 'schedule', '{}', 'completed', now(), now(), now()
                FROM generate_series(1, 6000) AS n
                """.formatted(id));
        String json = "format=json";
        try (Stream<String> one = api.open(viewer, EXPORT);
                Stream<String> other = api.open(viewer, EXPORT)) {
            assertThat(List.of(one.iterator().next(), other.iterator().next()))
                    .allSatisfy(line -> assertThat(line).startsWith("completedAt,"));

            Answer refused = api.get(editor, EXPORT + "&" + json);
            Answer elsewhere = api.get(api.signIn("stranger"), OUTPUTS + "/export?" + json);

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().path("detail").asText()).contains("team:team_1");
            assertThat(api.get(editor, EXPORT + "&check=true").status()).isEqualTo(429);
            assertThat(elsewhere.status()).isEqualTo(200);
        }
        Await.until(
                () -> assertThat(api.get(editor, EXPORT + "&tag=none&" + json).status())
                        .isEqualTo(200));
    }

    /** Read a page at a time by a reader who has read no more than its beginning. */
    @Test
    void aFileIsBrokenOffWhenItsKeyIsRevokedAndDoesNotLookWhole() throws Exception {
        hasPutOutMuch("holder");
        Revocable key = api.revocableKey("holder", KeyScope.QUERY);
        try (Stream<String> file = api.open(key.credentials(), OUTPUTS + "/export")) {
            Iterator<String> lines = file.iterator();
            assertThat(lines.next()).startsWith("completedAt,");

            key.revoke().run();

            assertThatThrownBy(() -> lines.forEachRemaining(line -> {})).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void asManyExportsAsMayInAllAreRefusedToAThirdUntilOneEndsOrIsBrokenOff() throws Exception {
        String export = OUTPUTS + "/export?format=json";
        hasPutOutMuch("first");
        hasPutOutMuch("second");
        api.user("third");
        Revocable brief = api.revocableKey("first", KeyScope.QUERY);
        String second = api.key("second", KeyScope.QUERY);
        String third = api.key("third", KeyScope.QUERY);
        Stream<String> brokenOff = api.open(brief.credentials(), OUTPUTS + "/export");
        Stream<String> ended = api.open(second, OUTPUTS + "/export");
        var held = new ArrayList<Stream<String>>();
        held.add(api.open(api.key("first", KeyScope.QUERY), OUTPUTS + "/export"));
        held.add(api.open(second, OUTPUTS + "/export"));

        Answer refused = api.get(third, export);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("rate_limited");
        assertThat(refused.json().path("detail").asText()).contains("4 exports are running");
        assertThat(api.header(third, export, "Retry-After")).hasValue("10");

        assertThat(ended.count()).isGreaterThan(6_000);
        awaitExported(third, export);
        Await.until(() -> held.add(opened(second)));
        assertThat(api.get(third, export).status()).isEqualTo(429);

        brief.revoke().run();
        assertThatThrownBy(brokenOff::count).isInstanceOf(UncheckedIOException.class);
        awaitExported(third, export);
        held.forEach(Stream::close);
    }

    /** What was exported before may not have left yet. */
    private Stream<String> opened(String credentials) throws Exception {
        try {
            return api.open(credentials, OUTPUTS + "/export");
        } catch (IllegalStateException e) {
            throw new AssertionError("cannot begin", e);
        }
    }

    /** The client sees the end of an answer before the server has done with it. */
    private void awaitExported(String credentials, String path) throws Exception {
        Await.until(() -> assertThat(api.get(credentials, path).status()).isEqualTo(200));
    }

    /** More than the sockets hold while nobody reads. */
    private void hasPutOutMuch(String user) {
        api.user(user);
        String id = api.post(
                        api.signIn(user),
                        "/api/workflows",
                        "{\"name\": \"Own\", \"definition\": %s}".formatted(TwoSteps.DEFINITION))
                .json()
                .at("/workflow/id")
                .asText();
        change("UPDATE workflows SET category = repeat('x', 4000) WHERE id = '%s'".formatted(id));
        change("""
                INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                    status, created_at, started_at, completed_at)
                SELECT '%1$s' || n, '%2$s', 1, 'user:%1$s', '%1$s', 'schedule', '{}', 'completed', now(), now(), now()
                FROM generate_series(1, 6000) AS n
                """.formatted(user, id));
    }

    /** Returns the execution's id. */
    private String run(String workflow, String triggerData) throws Exception {
        Answer accepted = api.post(
                editor,
                "/api/workflows/%s/trigger".formatted(workflow),
                "{\"triggerData\": %s}".formatted(triggerData));
        assertThat(accepted.status()).as(accepted.json().toString()).isEqualTo(202);
        String execution = accepted.json().path("executionId").asText();
        steps.awaitStatus(execution, "completed");
        return execution;
    }

    private List<String> ids(String path) {
        return ids(viewer, path);
    }

    private List<String> ids(String credentials, String path) {
        Answer answer = api.get(credentials, path);
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        return answer.json().path("outputs").findValuesAsText("executionId");
    }

    private List<JsonNode> all(String path) {
        return api.get(viewer, path).json().path("outputs").valueStream().toList();
    }

    private void change(String sql) {
        api.engine().database().useAsSystem(handle -> handle.execute(sql));
    }
}
