package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SingleBudgetRoutesTest {

    private static final String BUDGET = "/api/token-tracking/budget";

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final TestApi api = TestApi.start(NOW, TestRoutes::of);

    private final AtomicInteger users = new AtomicInteger();

    private String user = "";

    private String caller = "";

    @BeforeEach
    void newUser() {
        user = "user" + users.incrementAndGet();
        api.user(user);
        caller = api.signIn(user);
        api.metering().reads().price("gpt-4o-mini", call -> call.tokens().total() * 150);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void thereIsNoneUntilOneIsSet() {
        Answer none = api.get(caller, BUDGET);

        assertThat(none.status()).isEqualTo(200);
        assertThat(none.json().get("budget").isNull()).isTrue();
    }

    @Test
    void whatIsSetComesBackWithWhatIsUsed() {
        api.metering()
                .add(
                        TokenUsage.of(user, null, "gpt-4o-mini", TokenCounts.ofInputOutput(160_000_000, 0)),
                        NOW.minusSeconds(60));
        api.metering().commit();

        Answer put = api.put(caller, BUDGET, """
                {"monthlyBudgetUsd":"30.00","dailyBudgetUsd":40.5,"maxTokensPerPrompt":1000,"alertThresholds":[50,80,100]}
                """);

        assertThat(put.status()).as(put.json().toString()).isEqualTo(200);
        assertThat(put.json().get("success").booleanValue()).isTrue();
        JsonNode budget = put.json().get("budget");
        assertThat(budget.get("entityType").textValue()).isEqualTo("user");
        assertThat(budget.get("entityId").textValue()).isEqualTo(user);
        assertThat(budget.get("monthlyBudgetUsd").textValue()).isEqualTo("30.00");
        assertThat(budget.get("dailyBudgetUsd").textValue()).isEqualTo("40.50");
        assertThat(budget.get("maxTokensPerPrompt").longValue()).isEqualTo(1_000);
        assertThat(budget.get("alertThresholds").toString()).isEqualTo("[50,80,100]");
        assertThat(budget.get("periodStart").textValue()).isEqualTo("2026-11-01T00:00:00Z");
        assertThat(budget.get("periodTokensUsed").longValue()).isEqualTo(160_000_000);
        assertThat(budget.get("periodCostUsd").textValue()).isEqualTo("24.00");
        assertThat(budget.at("/status/percentage").decimalValue()).isEqualByComparingTo("80");
        assertThat(budget.at("/status/isNearLimit").booleanValue()).isTrue();
        assertThat(budget.at("/dailyStatus/remaining").textValue()).isEqualTo("16.50");
        assertThat(api.get(caller, BUDGET).json().get("budget")).isEqualTo(budget);
        assertThat(api.get(caller, "/api/token-tracking/budgets")
                        .json()
                        .get("budgets")
                        .size())
                .as("they are ordinary budgets too")
                .isEqualTo(2);
    }

    @Test
    void aFieldThatIsLeftOutStaysAndOneThatIsNullIsTakenAway() {
        api.put(caller, BUDGET, "{\"monthlyBudgetUsd\":\"30.00\",\"dailyBudgetUsd\":\"2\",\"maxTokensPerPrompt\":5}");

        JsonNode budget = api.put(caller, BUDGET, "{\"dailyBudgetUsd\":null,\"alertThresholds\":[10,20,30]}")
                .json()
                .get("budget");

        assertThat(budget.get("monthlyBudgetUsd").textValue()).isEqualTo("30.00");
        assertThat(budget.get("dailyBudgetUsd").isNull()).isTrue();
        assertThat(budget.get("maxTokensPerPrompt").longValue()).isEqualTo(5);
        assertThat(budget.get("alertThresholds").toString()).isEqualTo("[10,20,30]");

        api.put(caller, BUDGET, "{\"monthlyBudgetUsd\":null,\"maxTokensPerPrompt\":null}");
        assertThat(api.get(caller, BUDGET).json().get("budget").isNull()).isTrue();
    }

    @Test
    void whatIsThereAlreadyIsNoChange() {
        String body = "{\"monthlyBudgetUsd\":\"30.00\",\"dailyBudgetUsd\":\"2\",\"maxTokensPerPrompt\":5}";
        JsonNode first = api.put(caller, BUDGET, body).json();
        List<Long> versions = versions();

        Answer again = api.put(caller, BUDGET, body);
        Answer ofNothing = api.put(caller, BUDGET, "{}");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first);
        assertThat(ofNothing.json()).isEqualTo(first);
        assertThat(versions()).isEqualTo(versions).containsOnly(1L);
        assertThat(published()).isEqualTo(1);
        api.put(caller, BUDGET, "{\"monthlyBudgetUsd\":\"31.00\"}");
        assertThat(versions()).containsExactlyInAnyOrder(1L, 2L);
        assertThat(published()).isEqualTo(2);
    }

    private List<Long> versions() {
        return api.get(caller, "/api/token-tracking/budgets").json().get("budgets").findValues("version").stream()
                .map(JsonNode::longValue)
                .toList();
    }

    private long published() {
        return api.database()
                .asSystem(handle -> handle.createQuery(
                                "SELECT count(*) FROM outbox WHERE topic = 'budgets' AND record_key = :key")
                        .bind("key", Account.user(user).key())
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void changesAtTheSameTimeDoNotUndoEachOther() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> changes = List.of(
                    () -> api.put(caller, BUDGET, "{\"monthlyBudgetUsd\":\"30.00\"}"),
                    () -> api.put(caller, BUDGET, "{\"dailyBudgetUsd\":\"2.00\"}"),
                    () -> api.put(caller, BUDGET, "{\"maxTokensPerPrompt\":77}"));
            threads.invokeAll(changes);
        }

        JsonNode budget = api.get(caller, BUDGET).json().get("budget");
        assertThat(budget.get("monthlyBudgetUsd").textValue()).isEqualTo("30.00");
        assertThat(budget.get("dailyBudgetUsd").textValue()).isEqualTo("2.00");
        assertThat(budget.get("maxTokensPerPrompt").longValue()).isEqualTo(77);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"monthlyBudgetUsd\":\"0\"}",
                "{\"dailyBudgetUsd\":\"-1\"}",
                "{\"maxTokensPerPrompt\":0}",
                "{\"monthlyBudgetUsd\":\"3\",\"alertThresholds\":[75,90]}",
                "{\"monthlyBudgetUsd\":\"3\",\"alertThresholds\":[90,75,100]}",
                "{\"monthlyBudgetUsd\":\"3\",\"alertThresholds\":[0,75,100]}",
                "{\"monthlyBudgetUsd\":\"3\",\"alertThresholds\":[75,90,101]}",
                "{\"monthlyBudgetUsd\":\"3\",\"alertThresholds\":[\"75\",90,100]}",
                "{\"entityType\":\"planet\"}",
                "{\"entityType\":\"team\"}",
                "{\"monthlyBudget\":\"3\"}",
            })
    void whatMakesNoSenseIsRefused(String body) {
        assertThat(api.put(caller, BUDGET, body).status()).isEqualTo(400);
    }

    @Test
    void everythingWrongIsToldAtOnceWhoeverAsksAndWhateverAccountItIsAbout() {
        String wrong = """
                "monthlyBudgetUsd":"0","maxTokensPerPrompt":0,"alertThresholds":[1],"enforcement":"x","timezone":"Mars"}""";
        List<String> fields =
                List.of("monthlyBudgetUsd", "maxTokensPerPrompt", "alertThresholds", "enforcement", "timezone");

        assertThat(faults("{\"entityType\":\"planet\",\"entityId\":\"\"," + wrong))
                .contains("entityType", "entityId")
                .containsAll(fields)
                .hasSize(fields.size() + 2);
        api.team("hidden" + user, "UTC");
        for (String team : List.of("hidden" + user, "nowhere" + user)) {
            String about = "{\"entityType\":\"team\",\"entityId\":\"%s\"".formatted(team);
            assertThat(faults(about + "," + wrong)).containsExactlyInAnyOrderElementsOf(fields);
            assertThat(api.put(caller, BUDGET, about + "}").status()).isEqualTo(404);
        }
    }

    private List<String> faults(String body) {
        Answer answer = api.put(caller, BUDGET, body);
        assertThat(answer.status()).isEqualTo(400);
        return answer.json().path("errors").findValuesAsText("field");
    }

    @Test
    void onlyTheirOwnAndTheirTeamsAreAnyonesToSet() {
        api.team("crew" + user, "America/New_York");
        String owner = api.signIn("crew" + user + "-owner");
        String body = "{\"entityType\":\"team\",\"entityId\":\"crew%s\",\"monthlyBudgetUsd\":\"9.00\"}".formatted(user);

        assertThat(api.put(caller, BUDGET, body).status()).isEqualTo(404);
        assertThat(api.put(api.signIn("crew" + user + "-viewer"), BUDGET, body).status())
                .isEqualTo(403);
        JsonNode budget = api.put(owner, BUDGET, body).json().get("budget");
        assertThat(budget.get("periodStart").textValue())
                .as("midnight of the team's own zone")
                .isEqualTo("2026-11-01T04:00:00Z");
        assertThat(api.get(caller, BUDGET + "?entityType=user&entityId=crew" + user + "-owner")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aTeamsKeyStandsForItsTeam() {
        String key = api.key(Account.team("of-key" + user), KeyScope.QUERY, KeyScope.MANAGE);

        assertThat(api.put(key, BUDGET, "{\"monthlyBudgetUsd\":\"9.00\"}")
                        .json()
                        .at("/budget/entityType")
                        .textValue())
                .isEqualTo("team");
    }
}
