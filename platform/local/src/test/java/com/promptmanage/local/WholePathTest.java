package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.PresentMonth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From an event over HTTP to spend, a budget's state and its alert, and from a workflow's run to what the streams say of it; all
 * of it again after a restart, with another key for secrets.
 */
class WholePathTest {

    private static final String OF_TEAM = "?teamId=team_demo";

    /** 1,000 input and 1,000 output tokens of gpt-4o-mini. */
    private static final long EVENT_NANO_USD = 750_000;

    private static final Map<String, String> NEW_KEY =
            Map.of("PM_SECRET_KEYS", "2026-12:" + Base64.getEncoder().encodeToString(new byte[32]));

    @TempDir
    private Path attempts;

    @Test
    void anEventBecomesSpendAndOneAlertAnExecutionItsFiguresAndARestartChangesNothing() throws Exception {
        PresentMonth.run(() -> goTheWholePath(Files.createTempDirectory(attempts, "attempt")));
    }

    private static void goTheWholePath(Path directory) throws Exception {
        String budgetId;
        List<String> alertIds;
        String good;
        String bad;
        try (var stack = LocalStack.start(Patience.in(directory, Map.of()));
                var api = Api.of(stack.local());
                var person = ExecutionFigures.person(stack.local());
                var beside = Executors.newVirtualThreadPerTaskExecutor();
                Stream<String> stream = api.lines("/api/token-tracking/alerts/stream" + OF_TEAM)) {
            var seen = new CopyOnWriteArrayList<JsonNode>();
            var reading = beside.submit(() -> stream.filter(line -> line.startsWith("data:"))
                    .map(line -> Api.read(line.substring("data:".length())))
                    .forEach(seen::add));
            Api.Answer made = api.post("/api/token-tracking/budgets" + OF_TEAM, """
                    {"name": "the month", "dimension": "account", "limitUsd": "0.0075", "period": "month",
                     "thresholds": [{"percent": 50, "severity": "warning"}, {"percent": 100, "severity": "critical"}]}
                    """);
            assertThat(made.status()).isEqualTo(201);
            budgetId = made.json().path("id").asText();

            for (int i = 1; i <= 4; i++) {
                assertSpent(api, log(api, "call-" + i), i);
            }
            assertThat(alerts(api)).isEmpty();
            // The fifth reaches half of the limit, the twelfth is far above it; some come twice.
            for (int i = 3; i <= 12; i++) {
                String receipt = log(api, "call-" + i);
                assertSpent(api, receipt, Math.max(4, i));
            }

            Await.until(() -> assertThat(alerts(api)).hasSize(2));
            Await.until(() -> assertThat(seen).hasSize(2));
            assertThat(seen)
                    .extracting(alert -> alert.path("threshold").asInt())
                    .containsExactly(50, 100);
            assertThat(seen)
                    .allSatisfy(
                            alert -> assertThat(alert.path("budgetId").asText()).isEqualTo(budgetId));
            alertIds = ids(alerts(api));
            assertThat(alertIds)
                    .containsExactlyInAnyOrderElementsOf(seen.stream()
                            .map(alert -> alert.path("id").asText())
                            .toList());
            assertThat(budget(api, budgetId).path("status").path("spentNanoUsd").longValue())
                    .isEqualTo(12 * EVENT_NANO_USD);
            reading.cancel(true);
            PublishedEvents.assertReadableBySdk(stack.local().kafkaBootstrapServers(), alertIds);
            PublishedEvents.assertRecipeAddsUp(
                    stack.local().kafkaBootstrapServers(), directory, 12, 12 * EVENT_NANO_USD);
            good = ExecutionFigures.workflow(person, 3, "");
            bad = ExecutionFigures.workflow(person, 1, "[[answer no]]");
            ExecutionFigures.run(person, good, 3);
            ExecutionFigures.run(person, bad, 2);
            ExecutionFigures.assertAgreed(person, good, 3);
            ExecutionFigures.assertAgreed(person, bad, 2);
            SealedSecrets.leave(person, good);
            SealedSecrets.awaitSealedWith("local", stack.local());
        }

        try (var stack = LocalStack.start(Patience.in(directory, NEW_KEY));
                var api = Api.of(stack.local());
                var person = ExecutionFigures.person(stack.local())) {
            SealedSecrets.awaitSealedWith("2026-12", stack.local());
            assertSpent(api, log(api, "call-7"), 12);
            assertSpent(api, log(api, "call-13"), 13);
            assertThat(budget(api, budgetId).path("status").path("spentNanoUsd").longValue())
                    .isEqualTo(13 * EVENT_NANO_USD);
            assertThat(ids(alerts(api))).isEqualTo(alertIds);
            ExecutionFigures.run(person, good, 1);
            ExecutionFigures.assertAgreed(person, good, 4);
            ExecutionFigures.assertAgreed(person, bad, 2);

            assertThatWhatElseIsToldCanBeReadToo(api, stack.local().kafkaBootstrapServers());
        }
    }

    /** Alerts that are no budget's, and events that are no usage. */
    private static void assertThatWhatElseIsToldCanBeReadToo(Api api, String bootstrapServers) throws Exception {
        assertThat(api.post("/api/token-tracking/log", """
                {"eventId": "call-unpriced", "userId": "usr_demo", "teamId": "team_demo", "model": "nobody-has-a-price-for-it",
                 "inputTokens": 1, "outputTokens": 1}
                """).status()).isEqualTo(200);
        assertThat(api.post("/api/v1/events", """
                {"specversion": "1.0", "id": "view-1", "source": "/site", "type": "page.view", "subject": "team:team_demo",
                 "data": {"path": "/"}}
                """).status()).isEqualTo(204);
        Await.until(() -> assertThat(alerts(api)).hasSize(3));
        Await.until(() -> PublishedEvents.assertTold(
                bootstrapServers,
                "com.promptmanage.budget.alert.v1",
                "com.promptmanage.unpriced.usage.v1",
                "com.promptmanage.workflow.failure.v1"));
    }

    /** Returns the receipt. */
    private static String log(Api api, String eventId) throws Exception {
        Api.Answer answer = api.post("/api/token-tracking/log", """
                {"eventId": "%s", "userId": "usr_demo", "teamId": "team_demo", "model": "gpt-4o-mini",
                 "inputTokens": 1000, "outputTokens": 1000, "executionType": "prompt_run"}
                """.formatted(eventId));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("receipt").asText();
    }

    private static void assertSpent(Api api, String receipt, int events) throws Exception {
        Api.Answer answer = api.get("/api/token-tracking/stats%s&period=month&after=%s".formatted(OF_TEAM, receipt));
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(200);
        assertThat(answer.json().path("summary").path("totalRuns").asInt()).isEqualTo(events);
        assertThat(answer.json().path("summary").path("totalCostNanoUsd").longValue())
                .isEqualTo(events * EVENT_NANO_USD);
    }

    private static JsonNode budget(Api api, String id) throws Exception {
        return api.get("/api/token-tracking/budgets/" + id + OF_TEAM).json();
    }

    private static List<JsonNode> alerts(Api api) throws Exception {
        var alerts = new ArrayList<JsonNode>();
        api.get("/api/token-tracking/alerts" + OF_TEAM).json().path("alerts").forEach(alerts::add);
        return alerts;
    }

    private static List<String> ids(List<JsonNode> alerts) {
        return alerts.stream().map(alert -> alert.path("id").asText()).toList();
    }
}
