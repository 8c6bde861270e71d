package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.pricing.CallPricesCodec;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckRoutesTest {

    private static final String CHECK = "/api/token-tracking/check";

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final TestApi api = TestApi.start(NOW, TestRoutes::of);

    private final AtomicInteger teams = new AtomicInteger();

    /** Each test has a team of its own. */
    private String team = "";

    private String key = "";

    @BeforeEach
    void fill() {
        team = "team" + teams.incrementAndGet();
        key = api.key(account(), KeyScope.QUERY, KeyScope.MANAGE);
        api.metering()
                .reads()
                .price(
                        "gpt-4o-mini",
                        call -> call.tokens().get(TokenKind.INPUT) * 150
                                + call.tokens().get(TokenKind.CACHE_READ) * 75
                                + call.tokens().get(TokenKind.OUTPUT) * 600);
        api.metering().reads().price("free", call -> 0);
        api.metering()
                .budgets(
                        account(),
                        List.of(
                                budget("team", Dimension.ACCOUNT, Budget.EACH, 1_000_000, Enforcement.BLOCK),
                                budget("members", Dimension.MEMBER, Budget.EACH, 600_000, Enforcement.ALERT_ONLY),
                                budget("flow", Dimension.WORKFLOW, "w1", 300_000, Enforcement.BLOCK)));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void everyBudgetThatTheCallCountsTowardIsToldOf() {
        JsonNode decision = check("\"model\":\"gpt-4o-mini\",\"inputTokens\":1000,\"maxOutputTokens\":500");

        assertThat(decision.get("allowed").booleanValue()).isTrue();
        assertThat(decision.get("estimatedCost").textValue()).isEqualTo("0.00045");
        assertThat(decision.get("estimatedCostNanoUsd").longValue()).isEqualTo(450_000);
        assertThat(decision.get("estimatedTokens").longValue()).isEqualTo(1_500);
        assertThat(decision.get("unpriced").booleanValue()).isFalse();
        assertThat(decision.has("deniedBy")).isFalse();
        assertThat(decision.get("budgets").size()).isEqualTo(2);
        assertThat(decision.at("/budgets/0/id").textValue()).isEqualTo("team");
        assertThat(decision.at("/budgets/0/remaining").textValue()).isEqualTo("0.001");
        assertThat(decision.at("/budgets/0/remainingNanoUsd").longValue()).isEqualTo(1_000_000);
        assertThat(decision.at("/budgets/0/overBy").textValue()).isEqualTo("0.00");
        assertThat(decision.at("/budgets/0/overByNanoUsd").longValue()).isZero();
        assertThat(decision.at("/budgets/0/wouldExceed").booleanValue()).isFalse();
        assertThat(decision.at("/budgets/0/enforcement").textValue()).isEqualTo("block");
        assertThat(decision.at("/budgets/0/periodEnd").textValue()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(decision.at("/budgets/1/value").textValue()).isEqualTo("ann");
    }

    /** Also those that this call does not count toward: the next may. */
    @Test
    void whatIsClosedWhileNobodyAnswersIsToldToWhoMaySeeTheWholeAccount() throws Exception {
        api.team(team, "UTC");
        JsonNode byKey = check("\"model\":\"free\",\"inputTokens\":1");
        String viewer = team + "-viewer";
        Answer byMember = api.post(
                api.signIn(viewer),
                CHECK,
                "{\"teamId\":\"%s\",\"userId\":\"%s\",\"model\":\"free\",\"inputTokens\":1}".formatted(team, viewer));

        assertThat(byKey.get("failClosed")).isEqualTo(Json.mapper().readTree("""
                        [{"dimension":"account","value":"*"},{"dimension":"workflow","value":"w1"}]"""));
        assertThat(byMember.status()).isEqualTo(200);
        assertThat(byMember.json().has("failClosed")).isFalse();
    }

    /** So that whoever made calls knows which of them are in what is left. */
    @Test
    void whatIsCountedIsToldToWhoMaySeeTheWholeAccount() {
        api.team(team, "UTC");
        long before = counted(check("\"model\":\"free\",\"inputTokens\":1"));

        spend(10);

        JsonNode after = check("\"model\":\"free\",\"inputTokens\":1");
        assertThat(counted(after)).isEqualTo(before + 1);
        String viewer = team + "-viewer";
        assertThat(api.post(
                                api.signIn(viewer),
                                CHECK,
                                "{\"teamId\":\"%s\",\"userId\":\"%s\",\"model\":\"free\",\"inputTokens\":1}"
                                        .formatted(team, viewer))
                        .json()
                        .has("counted"))
                .isFalse();
    }

    private static long counted(JsonNode decision) {
        return Receipt.decode(decision.path("counted").asText())
                .orElseThrow()
                .offsets()
                .values()
                .iterator()
                .next();
    }

    /** So that a gateway can say what a call has cost by the account's own prices. */
    @Test
    void pricesAreToldToWhoMaySeeTheWholeAccount() {
        var own = new ModelPrice(
                "own",
                "openai",
                "agreed",
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, 100_000_000L)))));
        var prices = new CallPrices(List.of(own), Optional.empty());
        api.metering().reads().callPrices("agreed", prices);
        api.team(team, "UTC");
        String viewer = team + "-viewer";

        JsonNode told = check("\"model\":\"agreed\",\"inputTokens\":1").path("prices");
        assertThat(CallPricesCodec.read(told)).isEqualTo(prices);
        assertThat(told.at("/own/0/tiers/0/usdPerMillion/input").textValue()).isEqualTo("0.10");
        assertThat(api.post(
                                api.signIn(viewer),
                                CHECK,
                                "{\"teamId\":\"%s\",\"userId\":\"%s\",\"model\":\"agreed\",\"inputTokens\":1}"
                                        .formatted(team, viewer))
                        .json()
                        .has("prices"))
                .isFalse();
    }

    @Test
    void whatOthersSpentCountsToo() {
        spend(6_000);

        JsonNode decision = check("\"model\":\"gpt-4o-mini\",\"inputTokens\":1000");

        assertThat(decision.get("allowed").booleanValue()).isFalse();
        assertThat(decision.get("deniedBy").textValue()).isEqualTo("team");
    }

    @Test
    void aWorkflowsOwnBudgetDeniesThoughTheTeamHasEnough() {
        JsonNode decision = check("\"model\":\"gpt-4o-mini\",\"inputTokens\":2001,\"workflowId\":\"w1\"");

        assertThat(decision.get("deniedBy").textValue()).isEqualTo("flow");
        assertThat(check("\"model\":\"gpt-4o-mini\",\"inputTokens\":2001,\"workflowId\":\"w2\"")
                        .get("allowed")
                        .booleanValue())
                .isTrue();
    }

    @Test
    void whoWantsItEnforcedIsAnswered402WithTheDecision() {
        String body = body("\"model\":\"gpt-4o-mini\",\"inputTokens\":9000");

        Answer refused = api.post(key, CHECK + "?enforce=true", body);

        assertThat(refused.status()).isEqualTo(402);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(refused.json().get("code").textValue()).isEqualTo("budget_exceeded");
        assertThat(refused.json().get("deniedBy").textValue()).isEqualTo("team");
        assertThat(refused.json().get("detail").textValue()).contains("0.001 USD");
        assertThat(refused.json().get("budgets").size()).isEqualTo(2);
        assertThat(api.post(key, CHECK, body).status()).isEqualTo(200);
        assertThat(api.post(key, CHECK + "?enforce=true", body("\"model\":\"gpt-4o-mini\",\"inputTokens\":1"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBudgetThatIsOverSaysByHowMuch() {
        spend(60_000);
        String body = body("\"model\":\"gpt-4o-mini\",\"inputTokens\":1000");

        Answer refused = api.post(key, CHECK + "?enforce=true", body);

        assertThat(refused.json().at("/budgets/0/remaining").textValue()).isEqualTo("0.00");
        assertThat(refused.json().at("/budgets/0/overBy").textValue()).isEqualTo("0.008");
        assertThat(refused.json().get("detail").textValue()).contains("is over by 0.008 USD");
    }

    @Test
    void aFreeModelIsAllowedThoughNothingIsLeft() {
        spend(60_000);

        JsonNode decision = check("\"model\":\"free\",\"inputTokens\":1000");

        assertThat(decision.get("allowed").booleanValue()).isTrue();
        assertThat(decision.get("estimatedCost").textValue()).isEqualTo("0.00");
    }

    @Test
    void aModelWithoutAPriceIsFlaggedAndAllowedWhileSomethingIsLeft() {
        JsonNode decision = check("\"model\":\"of-no-price\",\"inputTokens\":1000");

        assertThat(decision.get("allowed").booleanValue()).isTrue();
        assertThat(decision.get("unpriced").booleanValue()).isTrue();
        assertThat(decision.get("estimatedCost").isNull()).isTrue();
    }

    @Test
    void cachedTokensAreCheaper() {
        assertThat(check("\"model\":\"gpt-4o-mini\",\"inputTokens\":1000,\"cachedInputTokens\":400")
                        .get("estimatedCostNanoUsd")
                        .longValue())
                .isEqualTo(600 * 150 + 400 * 75);
    }

    @Test
    void aPromptThatIsTooLongIsDenied() {
        api.put(key, "/api/token-tracking/budget", "{\"maxTokensPerPrompt\":1000}");

        JsonNode decision = check("\"model\":\"free\",\"inputTokens\":1001");

        assertThat(decision.get("allowed").booleanValue()).isFalse();
        assertThat(decision.get("deniedBy").textValue()).isEqualTo("max_tokens_per_prompt");
        assertThat(decision.get("maxTokensPerPrompt").longValue()).isEqualTo(1_000);
        assertThat(check("\"model\":\"free\",\"inputTokens\":1000")
                        .get("allowed")
                        .booleanValue())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"userId\":\"ann\",\"model\":\"m\"}",
                "{\"userId\":\"ann\",\"inputTokens\":1}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":-1}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":1000000000001}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":1,\"cachedInputTokens\":2}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":1,\"tags\":{\"a\":1}}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":1,\"executionType\":\"dream\"}",
                "{\"userId\":\"ann\",\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":2}",
            })
    void whatIsNoCallIsRefused(String body) {
        assertThat(api.post(key, CHECK, body).status()).isEqualTo(400);
    }

    @Test
    void aStrangerIsToldNothing() {
        String stranger = api.key(Account.team("strangers"), KeyScope.QUERY);

        assertThat(api.post(stranger, CHECK, body("\"model\":\"free\",\"inputTokens\":1"))
                        .status())
                .isEqualTo(404);
        assertThat(api.post("", CHECK, body("\"model\":\"free\",\"inputTokens\":1"))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whoIsChargedIsReadAsForUsageThatIsSent() {
        String mini = "\"model\":\"gpt-4o-mini\",\"inputTokens\":1";

        assertThat(member(api.post(key, CHECK, "{\"userId\":\"ann\",%s}".formatted(mini))))
                .isEqualTo("ann");
        assertThat(member(api.post(key, CHECK, "{%s}".formatted(mini)))).startsWith("key_");
        String gateway = api.key(NewKey.of("gateway", account()).speakingForOthers());
        assertThat(api.post(gateway, CHECK, "{\"userId\":\"ann\",%s}".formatted(mini))
                        .json()
                        .get("budgets"))
                .as("the user's own account has no budgets")
                .isEmpty();
    }

    private static String member(Answer answer) {
        return answer.json().at("/budgets/1/value").asText();
    }

    private void spend(long tokens) {
        api.metering().add(TokenUsage.of("bob", team, "gpt-4o-mini", TokenCounts.ofInputOutput(tokens, 0)), NOW);
        api.metering().commit();
    }

    private JsonNode check(String members) {
        Answer answer = api.post(key, CHECK, body(members));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        return answer.json();
    }

    private String body(String members) {
        return "{\"teamId\":\"%s\",\"userId\":\"ann\",%s}".formatted(team, members);
    }

    private Account account() {
        return Account.team(team);
    }

    private Budget budget(String id, Dimension dimension, String value, long limitNanoUsd, Enforcement enforcement) {
        return new Budget(
                id,
                "The " + id,
                account(),
                dimension,
                value,
                new Limit.Spend(new NanoUsd(limitNanoUsd)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                enforcement,
                FailMode.CLOSED,
                1);
    }
}
