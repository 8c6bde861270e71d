package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Executions that failed, and go on by a version in which their workflow was mended. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumedByCurrentTest {

    /** Three nodes in a row: the code of the first and of the second is to be filled in. */
    private static final String THREE = """
            {"version": "1.0", "nodes": [
               {"id": "first", "type": "transform", "label": "First", "config": {"transformType": "custom", "code": "%s"}},
               {"id": "second", "type": "transform", "label": "Second", "config": {"transformType": "custom", "code": "%s"}},
               {"id": "third", "type": "transform", "label": "Third", "config": {"transformType": "custom", "code": "input"}}],
             "edges": [{"id": "e1", "source": "first", "target": "second"}, {"id": "e2", "source": "second", "target": "third"}]}
            """;

    /** One question for each of five items, all answers together, and the last: what becomes of a failed question, and the last's code. */
    private static final String ITEMS = """
            {"version": "1.0", "nodes": [
               {"id": "list", "type": "transform", "label": "List", "config": {"transformType": "map", "code": "item"}},
               {"id": "ask", "type": "transform", "label": "Ask", "errorHandling": "%s",
                "config": {"transformType": "custom", "code": "input"}},
               {"id": "sum", "type": "transform", "label": "Sum",
                "config": {"transformType": "reduce", "code": "accumulator + item", "initial": 0}},
               {"id": "last", "type": "transform", "label": "Last", "config": {"transformType": "custom", "code": "%s"}}],
             "edges": [{"id": "e1", "source": "list", "target": "ask"}, {"id": "e2", "source": "ask", "target": "sum"},
               {"id": "e3", "source": "sum", "target": "last"}],
             "settings": {"maxConcurrentNodes": 1}}
            """;

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final AtomicBoolean isMended = new AtomicBoolean();

    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void untilItIsMendedTheSecondFails() {
        isMended.set(false);
        asked.set(0);
        answer("first", invocation -> new Outcome.Completed(TextNode.valueOf("way " + asked.incrementAndGet())));
        answer("second", invocation -> orFailure(isMended.get(), invocation));
    }

    @Test
    void whatIsDoneAndWasNotChangedIsKeptAndAllElseIsRunByTheNewVersion() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        mend(id, THREE.formatted("input", "input + 1"));

        String resumed = accepted(resume(failed, ""));

        assertThat(resumed).isNotEqualTo(failed);
        steps.awaitStatus(resumed, "completed");
        JsonNode shown = shown(resumed);
        assertThat(shown.path("workflowVersion").intValue()).isEqualTo(2);
        assertThat(shown.path("rerunOf").asText()).isEqualTo(failed);
        assertThat(kept(shown, "first")).containsExactly("");
        assertThat(kept(shown, "second")).isEmpty();
        assertThat(asked).hasValue(1);
        assertThat(shown.path("nodeExecutions"))
                .extracting(node -> node.path("output").asText())
                .containsExactly("way 1", "way 1", "way 1");
        assertThat(shown(failed).path("status").asText()).isEqualTo("failed");
    }

    @Test
    void aNodeThatWasChangedIsRunAnewAndAllAfterItThoughTheyWereDone() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        mend(id, THREE.formatted("input + 2", "input"));

        String resumed = accepted(resume(failed, ""));

        steps.awaitStatus(resumed, "completed");
        assertThat(kept(shown(resumed), "first")).isEmpty();
        assertThat(asked).hasValue(2);
    }

    /** So that what was paid for is not paid for once more, however often it is mended in vain. */
    @Test
    void whatWasKeptOnceIsKeptAgain() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        isMended.set(false);
        change(id, THREE.formatted("input", "input + 1"));
        String again = accepted(resume(failed, ""));
        steps.awaitStatus(again, "failed");
        mend(id, THREE.formatted("input", "input + 2"));

        String resumed = accepted(resume(again, ""));

        steps.awaitStatus(resumed, "completed");
        assertThat(kept(shown(resumed), "first")).containsExactly("");
        assertThat(asked).hasValue(1);
    }

    @Test
    void ofManyItemsThoseThatAreDoneAreKept() throws Exception {
        list();
        answer(
                "ask",
                invocation -> orFailure(isMended.get() || invocation.context().index() < 3, invocation));
        String id = create(ITEMS.formatted("stop", "input"));
        String failed = failed(id);
        mend(id, ITEMS.formatted("stop", "input + 1"));

        String resumed = accepted(resume(failed, ""));

        steps.awaitStatus(resumed, "completed");
        JsonNode shown = shown(resumed);
        assertThat(kept(shown, "list")).containsExactly("");
        assertThat(kept(shown, "ask")).containsExactlyInAnyOrder("list[0]", "list[1]", "list[2]");
        assertThat(shown.path("nodeExecutions"))
                .hasSize(8)
                .allSatisfy(node -> assertThat(node.path("status").asText()).isEqualTo("completed"));
    }

    @Test
    void whatCameAfterAFailureThatWasPassedOverIsRunAnewWithWhatHadFailed() throws Exception {
        list();
        answer(
                "ask",
                invocation -> orFailure(isMended.get() || invocation.context().index() != 3, invocation));
        answer("sum", invocation -> new Outcome.Completed(invocation.context().input()));
        answer("last", invocation -> orFailure(isMended.get(), invocation));
        String id = create(ITEMS.formatted("continue", "input"));
        String failed = failed(id);
        assertThat(output(shown(failed), "sum")).isEqualTo("[0,1,2,4]");
        mend(id, ITEMS.formatted("continue", "input + 1"));

        String resumed = accepted(resume(failed, ""));

        steps.awaitStatus(resumed, "completed");
        JsonNode shown = shown(resumed);
        assertThat(kept(shown, "ask")).containsExactlyInAnyOrder("list[0]", "list[1]", "list[2]", "list[4]");
        assertThat(kept(shown, "sum")).isEmpty();
        assertThat(output(shown, "last")).isEqualTo("[0,1,2,3,4]");
    }

    /** Else whoever comes back to it would begin, and pay for, the same once more. */
    @Test
    void theOneThatFailedTellsWhichWereBegunFromIt() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        assertThat(shown(failed).path("reruns")).isEmpty();
        mend(id, THREE.formatted("input", "input + 1"));

        String resumed = accepted(resume(failed, ""));
        steps.awaitStatus(resumed, "completed");
        String rerun = accepted(
                api.post(steps.editor(), "/api/workflows/executions/%s/rerun?version=current".formatted(failed), ""));
        steps.awaitStatus(rerun, "completed");

        JsonNode begun = shown(failed).path("reruns");
        assertThat(begun.findValuesAsText("id")).containsExactly(rerun, resumed);
        assertThat(begun.findValuesAsText("resumed")).containsExactly("false", "true");
        assertThat(begun.findValuesAsText("workflowVersion")).containsExactly("2", "2");
        assertThat(begun.findValuesAsText("status")).containsExactly("completed", "completed");
    }

    @Test
    void whatWasKeptIsNoRunOfItsNodeAndHasNoTime() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        mend(id, THREE.formatted("input", "input + 1"));
        steps.awaitStatus(accepted(resume(failed, "")), "completed");

        JsonNode nodes = api.get(steps.editor(), "/api/workflows/%s/analytics".formatted(id))
                .json()
                .path("nodes");

        assertThat(nodes.findValuesAsText("nodeId")).containsExactly("first", "second", "third");
        assertThat(nodes.findValuesAsText("runs")).containsExactly("1", "2", "1");
        assertThat(nodes.findValuesAsText("completed")).containsExactly("1", "1", "1");
        assertThat(nodes.findValuesAsText("kept")).containsExactly("1", "0", "0");
    }

    @Test
    void byTheVersionThatItHasItGoesOnItself() throws Exception {
        String failed = failed(create(THREE.formatted("input", "input")));
        isMended.set(true);

        assertThat(accepted(resume(failed, ""))).isEqualTo(failed);
        steps.awaitStatus(failed, "completed");
    }

    @Test
    void onlyWhatHasFailedGoesOnByAnotherVersionAndWithinThatOnesLimit() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        isMended.set(true);
        String completed = steps.trigger(id);
        steps.awaitStatus(completed, "completed");
        isMended.set(false);
        String failed = failed(id);
        change(id, THREE.formatted("input", "input + 1"));

        Answer ofCompleted = resume(completed, "");
        Answer withLimit = resume(failed, "{\"maxCostUsd\": \"1\"}");

        assertThat(ofCompleted.status()).isEqualTo(409);
        assertThat(ofCompleted.json().path("detail").asText()).contains("is completed");
        assertThat(withLimit.status()).isEqualTo(400);
        assertThat(withLimit.json().toString()).contains("maxCostUsd", "version=current");
    }

    @Test
    void theSameKeyAgainIsTheSameExecution() throws Exception {
        String id = create(THREE.formatted("input", "input"));
        String failed = failed(id);
        mend(id, THREE.formatted("input", "input + 1"));

        String first = accepted(keyed(failed));
        Answer same = keyed(failed);

        assertThat(accepted(same)).isEqualTo(first);
        assertThat(same.json().path("replayed").booleanValue()).isTrue();
    }

    private void answer(String node, Function<NodeInvocation, Outcome> answer) {
        api.engine().script().when(node, invocation -> new Plan.Done(answer.apply(invocation)));
    }

    private void list() {
        answer(
                "list",
                invocation -> new Outcome.Records(List.of(
                        IntNode.valueOf(0),
                        IntNode.valueOf(1),
                        IntNode.valueOf(2),
                        IntNode.valueOf(3),
                        IntNode.valueOf(4))));
    }

    private static Outcome orFailure(boolean works, NodeInvocation invocation) {
        return works
                ? new Outcome.Completed(invocation.context().input())
                : new Outcome.Failed(Failure.Kind.PERMANENT, "nobody there");
    }

    private String create(String definition) {
        Answer made = api.post(
                steps.editor(),
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"To be mended\", \"status\": \"active\", \"definition\": %s}"
                        .formatted(definition));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    private void mend(String id, String definition) {
        change(id, definition);
        isMended.set(true);
    }

    private void change(String id, String definition) {
        Answer changed = api.put(steps.editor(), "/api/workflows/" + id, "{\"definition\": %s}".formatted(definition));
        assertThat(changed.status()).as(changed.json().toString()).isEqualTo(200);
    }

    private String failed(String id) throws Exception {
        String execution = steps.trigger(id);
        steps.awaitStatus(execution, "failed");
        return execution;
    }

    private Answer resume(String execution, String body) {
        return api.post(
                steps.editor(), "/api/workflows/executions/%s/resume?version=current".formatted(execution), body);
    }

    private Answer keyed(String execution) {
        return api.send(
                steps.editor(),
                "POST",
                "/api/workflows/executions/%s/resume?version=current".formatted(execution),
                "",
                "Idempotency-Key",
                "one click");
    }

    private static String accepted(Answer answer) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(202);
        return answer.json().path("executionId").asText();
    }

    private JsonNode shown(String execution) {
        return api.get(steps.editor(), "/api/workflows/executions/" + execution).json();
    }

    /** The scopes in which the node was kept. */
    private static List<String> kept(JsonNode execution, String node) {
        var scopes = new ArrayList<String>();
        for (JsonNode run : execution.path("nodeExecutions")) {
            if (run.path("nodeId").asText().equals(node) && run.path("kept").booleanValue()) {
                scopes.add(run.path("scope").asText());
            }
        }
        return scopes;
    }

    private static String output(JsonNode execution, String node) {
        for (JsonNode run : execution.path("nodeExecutions")) {
            if (run.path("nodeId").asText().equals(node)) {
                return run.path("output").toString();
            }
        }
        throw new AssertionError("%s was not run".formatted(node));
    }
}
