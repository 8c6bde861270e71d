package com.promptmanage.streams;

import static com.promptmanage.streams.AcmeUsage.ACME;
import static com.promptmanage.streams.AcmeUsage.NOW;
import static com.promptmanage.streams.AcmeUsage.budget;
import static com.promptmanage.streams.AcmeUsage.event;
import static com.promptmanage.streams.AcmeUsage.reporting;
import static com.promptmanage.streams.AcmeUsage.tagged;
import static com.promptmanage.streams.AcmeUsage.usage;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Budgets that are charged as usage is metered, and the alerts of their thresholds. */
class MeteredBudgetsTest {

    @AutoClose
    private final MeteringDriver metering = AcmeUsage.metering();

    @Test
    void aThresholdIsToldOnceAndAJumpTellsTheHighestOnly() {
        metering.budgets(ACME, budget("0.001000", 1));
        metering.send(event("1", NOW, 0, 1_000));
        assertThat(metering.alerts()).as("60 % reaches none").isEmpty();

        metering.send(event("2", NOW, 1_000, 0));
        assertThat(thresholds()).as("75 % exactly").containsExactly(75);

        metering.send(event("3", NOW, 0, 1_000));
        assertThat(thresholds()).as("from 75 % to 135 %").containsExactly(100);

        metering.send(event("4", NOW, 0, 1_000));
        assertThat(metering.alerts()).isEmpty();
    }

    /** Of the least limit that there is, every share is reached by the same amount. */
    @Test
    void ofThresholdsAtTheSameAmountTheSeverestIsTold() {
        metering.budgets(ACME, budget("0.000000001", 1));
        metering.send(event("1", NOW, 1_000, 1_000));

        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("threshold").intValue()).isEqualTo(100);
            assertThat(alert.path("severity").asText()).isEqualTo("critical");
        });
    }

    @Test
    void justBelowAThresholdIsNotReached() {
        metering.budgets(ACME, budget("0.001", 1));
        metering.send(reportingTrusted("1", 749_999));
        assertThat(metering.alerts()).isEmpty();
        metering.send(reporting("2", 1));
        assertThat(thresholds()).containsExactly(75);
    }

    @Test
    void aNewBudgetIsEvaluatedAtOnce() {
        metering.send(event("1", NOW, 1_000, 1_000));
        metering.budgets(ACME, budget("0.0008", 1));

        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("threshold").intValue()).isEqualTo(90);
            assertThat(alert.path("spentNanoUsd").longValue()).isEqualTo(750_000);
            assertThat(alert.path("percentage").asText()).isEqualTo("93.75");
        });

        metering.budgets(ACME, budget("0.0008", 1));
        assertThat(metering.alerts()).as("the same definition again").isEmpty();
    }

    @Test
    void aChangedBudgetIsEvaluatedAnew() {
        metering.budgets(ACME, budget("1.00", 1));
        metering.send(event("1", NOW, 1_000, 1_000));
        metering.budgets(ACME, budget("0.00075", 2));

        assertThat(thresholds()).containsExactly(100);
    }

    @Test
    void aBudgetThatIsOnlyCalledOtherwiseRaisesNothingAgainAndGoesOn() {
        metering.budgets(ACME, budget("0.001", 1));
        metering.send(event("1", NOW, 1_000, 1_000));
        assertThat(thresholds()).containsExactly(75);

        metering.budgets(ACME, renamed(budget("0.001", 1)));
        metering.send(event("2", NOW, 1_000, 0));
        assertThat(metering.alerts()).as("at 90 %").singleElement().satisfies(alert -> {
            assertThat(alert.path("threshold").intValue()).isEqualTo(90);
            assertThat(alert.path("budgetName").asText()).isEqualTo("another name");
        });

        metering.budgets(ACME, budget("0.001", 1));
        assertThat(metering.alerts()).isEmpty();
    }

    @Test
    void aBudgetForEachMemberCountsThemApart() {
        metering.budgets(
                ACME, budget("each", Dimension.MEMBER, "*", "0.001", Period.of(Period.Unit.DAY, ZoneOffset.UTC)));
        metering.send(event("1", NOW, 0, 1_000));
        metering.send(new UsageEvent(
                "2", "test", NOW, TokenUsage.of("bob", "acme", "gpt-4o-mini", TokenCounts.ofInputOutput(0, 2_000))));

        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("value").asText()).isEqualTo("bob");
            assertThat(alert.path("threshold").intValue()).isEqualTo(100);
        });
    }

    @Test
    void aTagIsCountedWhereItIsAskedForOrLimited() {
        metering.budgets(
                ACME,
                budget(
                        "tag",
                        Dimension.ofTag("project"),
                        "apollo",
                        "0.0001",
                        Period.of(Period.Unit.MONTH, ZoneOffset.UTC)));
        metering.send(tagged("1", Map.of("project", "apollo")));
        metering.send(tagged("2", Map.of("project", "gemini")));

        assertThat(metering.alerts()).hasSize(1);
        assertThat(spend(Dimension.ofTag("project")))
                .extracting(SpendEntry::value)
                .containsExactly("apollo", "gemini");
    }

    @Test
    void aLateEventIsChargedToItsOwnPeriodAndTheAlertSaysSo() {
        metering.budgets(ACME, budget("0.0005", 1));
        metering.send(event("1", NOW.minus(Duration.ofDays(35)), 1_000, 1_000));

        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("lateEvent").booleanValue()).isTrue();
            assertThat(alert.path("periodStart").asText()).isEqualTo("2026-10-01T00:00:00Z");
        });
    }

    @Test
    void ofPeriodsThatWereOverWhenABudgetWasMadeNothingIsTold() {
        metering.budgets(ACME, budget("0.0005", 1).createdAt(NOW));
        metering.send(event("1", NOW.minus(Duration.ofDays(35)), 1_000, 1_000));
        metering.budgets(ACME, budget("0.0004", 2).createdAt(NOW));
        metering.send(event("2", NOW.minus(Duration.ofDays(35)), 1_000, 1_000));
        assertThat(metering.alerts()).isEmpty();
        metering.restart();
        metering.send(event("3", NOW.minus(Duration.ofDays(35)), 1_000, 1_000));
        assertThat(metering.alerts()).isEmpty();

        metering.send(event("4", NOW.minus(Duration.ofDays(20)), 1_000, 1_000));
        assertThat(thresholds())
                .as("of the period in which it was made, also from before")
                .containsExactly(100);
    }

    /** Whoever reads the topics was away for some days, over the end of a month. */
    @Test
    void aBudgetThatIsReadAfterThePeriodInWhichItCameIsHeldAgainstThatPeriodToo() {
        Instant made = NOW.minus(Duration.ofDays(25));
        metering.send(event("1", made.minusSeconds(60), 1_000, 1_000));

        sendBudget(budget("0.0005", 1).createdAt(made), made);
        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("periodStart").asText()).isEqualTo("2026-10-01T00:00:00Z");
            assertThat(alert.path("threshold").intValue()).isEqualTo(100);
            assertThat(alert.path("spentNanoUsd").longValue()).isEqualTo(750_000);
            assertThat(alert.path("lateEvent").booleanValue()).isTrue();
        });

        sendBudget(budget("0.0005", 1).createdAt(made), made);
        metering.send(event("2", made, 1_000, 1_000));
        assertThat(metering.alerts()).as("told once").isEmpty();
        metering.send(event("3", NOW, 1_000, 1_000));
        assertThat(thresholds()).as("of the present period").containsExactly(100);
    }

    private void sendBudget(Budget budget, Instant arrival) {
        metering.send(
                Topics.BUDGETS.name(),
                ACME.key(),
                BudgetCodec.writeAll(ACME, List.of(budget), arrival, "budgets"),
                arrival);
    }

    @Test
    void aForecastIsToldBeforeTheLimitIsReached() {
        var threshold = new Threshold.Forecast(100_000, Severity.WARNING);
        metering.budgets(
                ACME,
                new Budget(
                        "b",
                        "forecast",
                        ACME,
                        Dimension.ACCOUNT,
                        "*",
                        new Limit.Spend(NanoUsd.ofUsd("0.001")),
                        Period.of(Period.Unit.DAY, ZoneOffset.UTC),
                        List.of(threshold),
                        Budget.Enforcement.ALERT_ONLY,
                        Budget.FailMode.OPEN,
                        1));
        // 10:07 of the day: 42.15 % of it is over.
        metering.send(reportingTrusted("1", 421_000));
        assertThat(metering.alerts()).isEmpty();
        metering.send(reporting("2", 1_000));

        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("thresholdKind").asText()).isEqualTo("forecast");
            assertThat(alert.path("spentNanoUsd").longValue()).isEqualTo(422_000);
        });
    }

    @Test
    void aTokenBudgetCountsTokensOfModelsWithoutAPriceToo() {
        metering.budgets(
                ACME,
                new Budget(
                        "b",
                        "tokens",
                        ACME,
                        Dimension.ACCOUNT,
                        "*",
                        new Limit.Tokens(1_000),
                        Period.of(Period.Unit.TOTAL, ZoneOffset.UTC),
                        Budget.DEFAULT_THRESHOLDS,
                        Budget.Enforcement.ALERT_ONLY,
                        Budget.FailMode.OPEN,
                        1));
        metering.send(new UsageEvent("1", "test", NOW, usage("new-model", 950, 0)));

        assertThat(thresholds()).containsExactly(90);
    }

    private static Budget renamed(Budget budget) {
        return new Budget(
                budget.id(),
                "another name",
                budget.account(),
                budget.dimension(),
                budget.value(),
                budget.limit(),
                budget.period(),
                budget.thresholds(),
                Budget.Enforcement.BLOCK,
                Budget.FailMode.CLOSED,
                budget.version());
    }

    private List<Integer> thresholds() {
        return metering.alerts().stream()
                .map((JsonNode alert) -> alert.path("threshold").intValue())
                .toList();
    }

    private UsageEvent reportingTrusted(String id, long costNanoUsd) {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of("*"), List.of()));
        return reporting(id, costNanoUsd);
    }

    private List<SpendEntry> spend(Dimension dimension) {
        return AcmeUsage.spend(metering, dimension);
    }
}
