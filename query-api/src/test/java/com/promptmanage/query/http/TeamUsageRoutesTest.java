package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Team analytics and the suggestions for an account. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeamUsageRoutesTest {

    private static final Account ACME = Account.team("acme");

    private static final String USAGE = "/api/teams/acme/usage";

    private final TestApi api = TestApi.start(Instant.parse("2026-11-16T12:00:00Z"), TestRoutes::of);

    private String admin = "";

    @BeforeAll
    void fill() {
        api.team("acme", "UTC");
        api.team("rival", "UTC");
        admin = api.signIn("acme-admin");
        api.metering()
                .reads()
                .price(
                        "gpt-4o",
                        call -> call.tokens().totalInput() * 2_500
                                + (call.tokens().total() - call.tokens().totalInput()) * 10_000);
        api.metering()
                .reads()
                .price(
                        "gpt-4o-mini",
                        call -> call.tokens().totalInput() * 150
                                + (call.tokens().total() - call.tokens().totalInput()) * 600);
        add("acme-owner", "gpt-4o", "2026-11-16T10:00:00Z", 10_000, 1_000);
        add("acme-owner", "gpt-4o", "2026-11-15T10:00:00Z", 10_000, 1_000);
        add("acme-viewer", "gpt-4o-mini", "2026-11-08T10:00:00Z", 1_000, 0);
        add("who-left", "gpt-4o-mini", "2026-10-25T10:00:00Z", 2_000, 0);
        add("acme-owner", "gpt-4o", "2026-10-01T10:00:00Z", 1_000, 0);
        api.metering()
                .budgets(
                        ACME,
                        List.of(
                                budget("all", Dimension.ACCOUNT, "*", 1_000_000_000),
                                budget("each", Dimension.MEMBER, "*", 80_000_000)));
        api.metering().commit();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aTeamIsToldByMemberByModelAndInSteps() {
        JsonNode usage = api.get(admin, USAGE).json();

        assertThat(usage.path("teamName").textValue()).isEqualTo("Team acme");
        assertThat(usage.at("/period/start").textValue()).isEqualTo("2026-10-18T00:00:00Z");
        assertThat(usage.path("totalCostNanoUsd").longValue()).isEqualTo(70_450_000);
        assertThat(usage.path("totalRuns").longValue()).isEqualTo(4);
        assertThat(usage.path("activeMembers").longValue()).isEqualTo(3);
        assertThat(usage.path("avgCostPerMemberNanoUsd").longValue()).isEqualTo(23_483_333);
        assertThat(usage.at("/seats/used").longValue()).isEqualTo(4);
        assertThat(usage.at("/seats/limit").isNull()).isTrue();
        assertThat(usage.at("/previous/totalCostNanoUsd").longValue()).isEqualTo(2_500_000);
        assertThat(usage.at("/budget/percentage").decimalValue()).isEqualByComparingTo("7.015");
        assertThat(usage.at("/budget/status").textValue()).isEqualTo("ok");

        JsonNode members = usage.path("members");
        assertThat(members.findValuesAsText("userId"))
                .containsExactly("acme-owner", "who-left", "acme-viewer", "acme-admin", "acme-editor");
        assertThat(members.at("/0/costNanoUsd").longValue()).isEqualTo(70_000_000);
        assertThat(members.at("/0/budgetLimit").textValue()).isEqualTo("0.08");
        assertThat(members.at("/0/budgetUsagePercentage").decimalValue()).isEqualByComparingTo("87.5");
        assertThat(members.at("/0/status").textValue()).isEqualTo("warning");
        assertThat(members.at("/1/userName").isNull()).isTrue();
        assertThat(members.at("/1/status").textValue())
                .as("nothing of the current month")
                .isEqualTo("no_limit");
        assertThat(members.at("/3/status").textValue())
                .as("a member has the budget of each before using any of it")
                .isEqualTo("ok");
        assertThat(members.at("/3/budgetLimit").textValue()).isEqualTo("0.08");
        assertThat(members.at("/3/budgetSpentNanoUsd").longValue()).isZero();
        assertThat(usage.at("/costBreakdownByModel/0/model").textValue()).isEqualTo("gpt-4o");

        assertThat(usage.path("series")).hasSize(30);
        assertThat(usage.at("/series/29/actions").longValue()).isEqualTo(1);
        JsonNode weeks = api.get(admin, USAGE + "?interval=week").json().path("series");
        assertThat(weeks.findValuesAsText("period"))
                .containsExactly("2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16");
        assertThat(weeks.at("/5/costNanoUsd").longValue()).isEqualTo(35_000_000);
    }

    @Test
    void suggestionsAreThoseOfTheLedger() {
        JsonNode answer =
                api.get(admin, "/api/token-tracking/suggestions?teamId=acme").json();

        assertThat(answer.at("/range/start").textValue()).isEqualTo("2026-11-01T00:00:00Z");
        JsonNode change = answer.at("/suggestions/0");
        assertThat(change.path("type").textValue()).isEqualTo("model_switch");
        assertThat(change.path("targetModel").textValue()).isEqualTo("gpt-4o-mini");
        assertThat(change.path("currentCostNanoUsd").longValue()).isEqualTo(70_000_000);
        assertThat(change.path("savingsNanoUsd").longValue()).isEqualTo(70_000_000 - 4_200_000);
        assertThat(change.path("savingsPercentage").decimalValue()).isEqualByComparingTo("94");
        assertThat(change.path("shareOfRuns").decimalValue()).isEqualByComparingTo("66.667");
        JsonNode context = answer.at("/suggestions/1");
        assertThat(context.path("type").textValue()).isEqualTo("context_reduction");
        assertThat(context.path("savingsNanoUsd").longValue()).isEqualTo(15_000_000);
        assertThat(answer.path("totalSavingsNanoUsd").longValue())
                .as("both are about the same money")
                .isEqualTo(65_800_000);
        assertThat(api.get(admin, USAGE).json().path("costOptimizationSuggestions"))
                .hasSize(2);
    }

    @Test
    void whoMayNotSeeTheTeamsUsageSeesNone() {
        assertThat(api.get(api.signIn("acme-viewer"), USAGE).status()).isEqualTo(403);
        assertThat(api.get(api.signIn("rival-owner"), USAGE).status()).isEqualTo(404);
        assertThat(api.get(api.signIn("acme-viewer"), "/api/token-tracking/suggestions?teamId=acme")
                        .status())
                .isEqualTo(403);
        assertThat(api.get(admin, USAGE + "?interval=hour&timezone=Mars").json().path("errors"))
                .hasSize(2);
    }

    private void add(String user, String model, String at, long input, long output) {
        api.metering()
                .add(TokenUsage.of(user, "acme", model, TokenCounts.ofInputOutput(input, output)), Instant.parse(at));
    }

    private static Budget budget(String id, Dimension dimension, String value, long limitNanoUsd) {
        return new Budget(
                id,
                id,
                ACME,
                dimension,
                value,
                new Limit.Spend(new NanoUsd(limitNanoUsd)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }
}
