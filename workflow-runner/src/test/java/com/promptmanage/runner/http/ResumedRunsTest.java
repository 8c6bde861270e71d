package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Executions that are to go on when their workflow, or who may run it, is not what it was when they began. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResumedRunsTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final AtomicBoolean isDown = new AtomicBoolean(true);

    @BeforeEach
    void secondFailsWhileItIsDown() {
        isDown.set(true);
        api.engine()
                .script()
                .when(
                        "second",
                        asked -> isDown.get()
                                ? new Plan.Done(new Outcome.Failed(Failure.Kind.PERMANENT, "nobody there"))
                                : new Plan.Done(
                                        new Outcome.Completed(asked.context().input())));
    }

    @Test
    void whatAPausedWorkflowHasLeftWaitsUntilItIsActiveAgain() throws Exception {
        String id = steps.create("active");
        String execution = failed(id);
        status(id, "paused");
        isDown.set(false);

        for (Answer refused : List.of(resume(steps.editor(), execution), rerun(steps.editor(), execution))) {
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.json().path("detail").asText()).contains("paused", "set it to active");
        }
        steps.awaitStatus(execution, "failed");

        status(id, "active");
        assertThat(resume(steps.editor(), execution).status()).isEqualTo(202);
        steps.awaitStatus(execution, "completed");
        assertThat(rerun(steps.editor(), execution).status()).isEqualTo(202);
    }

    @Test
    void aTestGoesOnAlsoOfADraft() throws Exception {
        String execution = failed(steps.create("draft"));
        isDown.set(false);

        assertThat(resume(steps.editor(), execution).status()).isEqualTo(202);
        steps.awaitStatus(execution, "completed");
    }

    @Test
    void ofADeletedWorkflowNothingGoesOn() throws Exception {
        String id = steps.create("active");
        String execution = failed(id);
        assertThat(api.send(steps.editor(), "DELETE", "/api/workflows/" + id, null)
                        .status())
                .isEqualTo(204);

        assertThat(resume(steps.editor(), execution).status()).isEqualTo(404);
        assertThat(rerun(steps.editor(), execution).status()).isEqualTo(404);
    }

    @Test
    void whoseRightsWereTakenTakesNothingUpThatTheyHaveBegun() throws Exception {
        api.user("helper");
        String id = steps.create("active");
        steps.grant(id, "helper", "runner");
        String helper = api.signIn("helper");
        String execution = api.post(helper, "/api/workflows/%s/trigger".formatted(id), "{}")
                .json()
                .path("executionId")
                .asText();
        steps.awaitStatus(execution, "failed");

        steps.grant(id, "helper", "viewer");
        assertThat(resume(helper, execution).status()).isEqualTo(403);
        assertThat(rerun(helper, execution).status()).isEqualTo(403);
        assertThat(api.put(api.signIn("owner"), "/api/workflows/%s/permissions".formatted(id), "{\"permissions\": []}")
                        .status())
                .isEqualTo(200);
        assertThat(resume(helper, execution).status()).isEqualTo(404);
        assertThat(rerun(helper, execution).status()).isEqualTo(404);
        steps.awaitStatus(execution, "failed");
    }

    @Test
    void theSameKeyAgainIsTheSameRunAgainAndAnotherExecutionsIsNot() throws Exception {
        String id = steps.create("active");
        String one = failed(id);
        String other = failed(id);

        Answer first = keyed("rerun", one, "click 1");
        Answer same = keyed("rerun", one, "click 1");
        Answer next = keyed("rerun", one, "click 2");
        Answer ofOther = keyed("rerun", other, "click 1");

        assertThat(same.json().path("executionId")).isEqualTo(first.json().path("executionId"));
        assertThat(same.json().path("replayed").booleanValue()).isTrue();
        assertThat(next.json().path("executionId")).isNotEqualTo(first.json().path("executionId"));
        assertThat(ofOther.json().path("replayed").booleanValue()).isFalse();
        assertThat(keyed("rerun", one, "k".repeat(257)).status()).isEqualTo(400);
    }

    @Test
    void theSameKeyAgainTakesUpNothingThatHasFailedOnceMore() throws Exception {
        String execution = failed(steps.create("active"));

        Answer first = keyed("resume", execution, "click 1");
        steps.awaitStatus(execution, "failed");
        Answer same = keyed("resume", execution, "click 1");

        assertThat(first.json().path("replayed").booleanValue()).isFalse();
        assertThat(same.status()).isEqualTo(202);
        assertThat(same.json().path("replayed").booleanValue()).isTrue();
        steps.awaitStatus(execution, "failed");
        isDown.set(false);
        assertThat(keyed("resume", execution, "click 2").status()).isEqualTo(202);
        steps.awaitStatus(execution, "completed");
        assertThat(keyed("resume", execution, "click 3").status()).isEqualTo(409);
    }

    private Answer keyed(String what, String execution, String key) {
        return api.send(
                steps.editor(),
                "POST",
                "/api/workflows/executions/%s/%s".formatted(execution, what),
                "",
                "Idempotency-Key",
                key);
    }

    private String failed(String id) throws Exception {
        String execution = steps.trigger(id);
        steps.awaitStatus(execution, "failed");
        return execution;
    }

    private void status(String id, String status) {
        assertThat(api.put(steps.editor(), "/api/workflows/" + id, "{\"status\": \"%s\"}".formatted(status))
                        .status())
                .isEqualTo(200);
    }

    private Answer resume(String who, String execution) {
        return api.post(who, "/api/workflows/executions/%s/resume".formatted(execution), "");
    }

    private Answer rerun(String who, String execution) {
        return api.post(who, "/api/workflows/executions/%s/rerun".formatted(execution), "");
    }
}
