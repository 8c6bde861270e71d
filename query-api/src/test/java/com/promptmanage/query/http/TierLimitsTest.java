package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a tier allows, where the operator enforces tiers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TierLimitsTest {

    private static final String BUDGETS = "/api/token-tracking/budgets";

    private final TestApi api = TestApi.start(
            Instant.parse("2026-11-16T12:00:00Z"), AccessSettings.DEFAULTS.withTiersEnforced(true), TestRoutes::of);

    private final String owner;

    TierLimitsTest() {
        api.team("acme", "UTC");
        owner = api.signIn("acme-owner");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void budgetsAreThoseOfTheTierAndEachChangeIsTold() {
        tier("free");
        assertLimit(budget("\"limitUsd\":\"1.00\""), "monthlyBudgets", "null");

        tier("team");
        assertLimit(budget("\"limitUsd\":\"1.00\",\"period\":\"day\""), "dailyBudgets", "null");
        assertLimit(budget("\"limitUsd\":\"1.00\",\"dimension\":\"member\",\"value\":\"*\""), "memberBudgets", "null");
        assertLimit(
                budget("\"limitUsd\":\"1.00\",\"thresholds\":[" + threshold(10) + "," + threshold(20) + ","
                        + threshold(30) + "," + threshold(40) + "]"),
                "thresholdsMax",
                "3");
        Answer made = budget("\"limitUsd\":\"1.00\"");
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        assertThat(api.delete(owner, BUDGETS + "/" + made.json().path("id").asText())
                        .status())
                .isEqualTo(204);

        tier("enterprise");
        assertThat(budget("\"limitUsd\":\"1.00\",\"period\":\"day\",\"dimension\":\"member\",\"value\":\"*\"")
                        .status())
                .isEqualTo(201);
        assertThat(api.database()
                        .<String, RuntimeException>asSystem(handle -> handle.createQuery(
                                        "SELECT string_agg(action || ' ' || actor_id, ', ' ORDER BY id) FROM audit_log")
                                .mapTo(String.class)
                                .one()))
                .isEqualTo("budget_created acme-owner, budget_deleted acme-owner, budget_created acme-owner");
    }

    @Test
    void historyIsShownAsFarBackAsTheTierSays() {
        tier("team");

        Answer old = api.get(owner, "/api/token-tracking/stats?teamId=acme&startDate=2026-01-01");
        assertLimit(old, "historyDays", "90");
        Answer year = api.get(owner, "/api/token-tracking/stats?teamId=acme&period=year");
        assertThat(year.status()).isEqualTo(200);
        assertThat(year.header(ShownHistory.HEADER)).hasValue("90");
        assertThat(year.json().path("trends").path(0).path("date").asText()).isEqualTo("2026-08-18");
        assertThat(year.json().has("forecast"))
                .as("where a year is heading that is shown in part")
                .isFalse();
        assertThat(api.get(owner, "/api/token-tracking/stats?teamId=acme&period=month")
                        .json()
                        .has("forecast"))
                .isTrue();

        tier("enterprise");
        assertThat(api.get(owner, "/api/token-tracking/stats?teamId=acme&startDate=2026-01-01")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(owner, "/api/token-tracking/stats?teamId=acme&period=year")
                        .json()
                        .has("forecast"))
                .isTrue();
    }

    @Test
    void theDearestPromptsAreToldWhereTheTierHasThem() {
        api.metering().reads().price("m", usage -> 1_000);
        api.metering()
                .add(
                        TokenUsage.builder("ann", "m")
                                .teamId("acme")
                                .promptId("p1")
                                .tokens(TokenCounts.ofInputOutput(3, 4))
                                .build(),
                        Instant.parse("2026-11-16T10:00:00Z"));
        api.metering().commit();

        tier("team");
        assertThat(prompts().findValuesAsText("promptId")).containsExactly("p1");
        tier("free");
        assertThat(prompts().isArray()).isTrue();
        assertThat(prompts()).isEmpty();
    }

    @Test
    void whatATeamSpendsByMemberIsToldWhereTheTierHasIt() {
        String own = "/api/token-tracking/stats?groupBy=user";
        String team = own + "&teamId=acme";

        tier("free");
        assertLimit(api.get(owner, team), "memberAnalytics", "null");
        assertLimit(api.get(owner, "/api/teams/acme/usage"), "memberAnalytics", "null");
        assertThat(api.get(owner, team.replace("user", "day")).status()).isEqualTo(200);
        assertThat(api.get(owner, own).status()).as("an account of one's own").isEqualTo(200);
        tier("team");
        assertThat(api.get(owner, team).status()).isEqualTo(200);
    }

    private JsonNode prompts() {
        return api.get(owner, "/api/token-tracking/stats?teamId=acme").json().path("topPrompts");
    }

    @Test
    void aPromptIsAsLongAsTheTierSaysUnlessTheAccountSaysLess() {
        tier("team");

        Answer denied = check(10_001);

        assertThat(denied.status()).isEqualTo(402);
        assertThat(denied.json().path("deniedBy").asText()).isEqualTo("max_tokens_per_prompt");
        assertThat(denied.json().path("code").asText()).isEqualTo("prompt_too_long");
        assertThat(denied.json().path("limit").path("max").asLong()).isEqualTo(10_000);
        assertThat(denied.json().path("limit").path("current").asLong()).isEqualTo(10_001);
        assertThat(check(10_000).status()).isEqualTo(200);
    }

    private Answer check(long inputTokens) {
        return api.post(
                owner,
                "/api/token-tracking/check?enforce=true",
                "{\"teamId\":\"acme\",\"model\":\"gpt-4o-mini\",\"inputTokens\":%d}".formatted(inputTokens));
    }

    private Answer budget(String fields) {
        return api.post(owner, BUDGETS, "{\"account\":\"team:acme\",\"name\":\"b\",%s}".formatted(fields));
    }

    private static String threshold(int percent) {
        return "{\"percent\":%d,\"severity\":\"info\"}".formatted(percent);
    }

    private static void assertLimit(Answer answer, String name, String max) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(answer.json().path("limit").path("name").asText()).isEqualTo(name);
        assertThat(answer.json().path("limit").path("max").toString()).isEqualTo(max);
        assertThat(answer.json().path("detail").asText())
                .as("what people read")
                .contains("The tier '")
                .doesNotContain(name);
    }

    private void tier(String tier) {
        api.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = 'acme'", tier));
        api.access().tiers().forget(Account.team("acme"));
    }
}
