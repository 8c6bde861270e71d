package com.promptmanage.streams;

import static com.promptmanage.streams.AcmeUsage.ACME;
import static com.promptmanage.streams.AcmeUsage.NOW;
import static com.promptmanage.streams.AcmeUsage.budget;
import static com.promptmanage.streams.AcmeUsage.event;
import static com.promptmanage.streams.AcmeUsage.price;
import static com.promptmanage.streams.AcmeUsage.usage;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A model and its provider count under one name each, whichever of their names events spell. */
class ModelNamesTest {

    private static final Period MONTH = Period.of(Period.Unit.MONTH, ZoneOffset.UTC);

    @AutoClose
    private final MeteringDriver metering = AcmeUsage.metering();

    @Test
    void allNamesOfAModelAreOneRowAndOneBudget() {
        metering.budgets(ACME, budget("b", Dimension.MODEL, "gpt-4o-mini", "0.002250", MONTH));
        send("1", "gpt-4o-mini-2024-07-18", null);
        send("2", "openai/gpt-4o-mini", null);
        assertThat(metering.alerts()).as("at two thirds").isEmpty();
        send("3", "GPT-4o-mini", null);

        assertThat(spend(Dimension.MODEL)).containsExactly("gpt-4o-mini 3 0 2250000 6000");
        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("value").asText()).isEqualTo("gpt-4o-mini");
            assertThat(alert.path("threshold").intValue()).isEqualTo(100);
        });
    }

    @Test
    void aBudgetOfAModelMayBeGivenByAnyOfItsNames() {
        metering.budgets(ACME, budget("b", Dimension.MODEL, "openai/gpt-4o-mini", "0.000750", MONTH));
        metering.send(event("1", NOW, 1_000, 1_000));

        assertThat(metering.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.path("value").asText()).isEqualTo("gpt-4o-mini"));
        assertThat(metering.reads().budgets(ACME, NOW.toEpochMilli()))
                .singleElement()
                .satisfies(spent -> {
                    assertThat(spent.value()).isEqualTo("gpt-4o-mini");
                    assertThat(spent.spent()).isEqualTo(750_000);
                });
        for (String model : List.of("gpt-4o-mini", "gpt-4o-mini-2024-07-18")) {
            assertThat(metering.reads().covering(usage(model, 1, 1), NOW.toEpochMilli()))
                    .as("what a call of %s counts toward", model)
                    .singleElement()
                    .satisfies(spent -> assertThat(spent.spent()).isEqualTo(750_000));
        }
        assertThat(metering.reads().covering(usage("gpt-4o", 1, 1), NOW.toEpochMilli()))
                .isEmpty();
    }

    @Test
    void aBudgetThatWasGivenANameBeforeThatWasAModelsFollowsTheModel() {
        metering.send(new UsageEvent("1", "test", NOW, usage("new-model", 1_000, 0)));
        metering.budgets(ACME, budget("b", Dimension.MODEL, "new-model-latest", "0.002", MONTH));
        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofMillis(50));

        assertThat(metering.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.path("value").asText()).isEqualTo("new-model"));

        metering.restart();
        metering.send(new UsageEvent("2", "test", NOW, usage("new-model", 1_000, 0)));
        assertThat(metering.alerts()).as("reached before").isEmpty();
        assertThat(metering.reads().budgets(ACME, NOW.toEpochMilli()))
                .singleElement()
                .satisfies(spent -> assertThat(spent.spent()).isEqualTo(4_000_000));
    }

    /** The price comes after a restart, before anything of the account does. */
    @Test
    void aBudgetFollowsItsModelThoughNobodyWasAtWorkOnItsAccountThen() {
        metering.budgets(ACME, budget("b", Dimension.MODEL, "in-house", "0.000750", MONTH));
        metering.send(event("1", NOW, 1_000, 1_000));
        metering.restart();
        metering.price(alsoCalled("in-house"));
        assertThat(metering.alerts()).isEmpty();

        metering.send(event("2", NOW, 1, 0));
        assertThat(metering.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.path("value").asText()).isEqualTo("gpt-4o-mini");
            assertThat(alert.path("threshold").intValue()).isEqualTo(100);
        });

        metering.restart();
        metering.send(event("3", NOW, 1, 0));
        assertThat(metering.alerts()).as("told before").isEmpty();
    }

    @Test
    void theProviderIsThePricesUnlessTheEventNamesAnother() {
        send("1", "gpt-4o-mini", null);
        send("2", "gpt-4o-mini", "TEST");
        send("3", "gpt-4o-mini", "azure");
        send("4", "unknown", null);
        send("5", "unknown", "TEST");

        assertThat(spend(Dimension.PROVIDER))
                .containsExactly("TEST 1 1 0 2000", "azure 1 0 750000 2000", "test 2 0 1500000 4000");
        assertThat(metering.reads().covering(usage("gpt-4o-mini", 1, 1), NOW.toEpochMilli()))
                .isEmpty();
        metering.budgets(ACME, budget("b", Dimension.PROVIDER, "test", "1", MONTH));
        assertThat(metering.reads().covering(usage("gpt-4o-mini", 1, 1), NOW.toEpochMilli()))
                .singleElement()
                .satisfies(spent -> assertThat(spent.spent()).isEqualTo(1_500_000));
    }

    /** Without a price it counts under what it was called, tokens and all; with its price, under what it is. */
    @Test
    void whatGetsItsPriceLaterMovesToWhereThePricePutsIt() {
        metering.budgets(ACME, tokens("spelled", "later-2026-01-01", 4_000), tokens("own", "later", 2_000));
        send("1", "later-2026-01-01", null);
        assertThat(spend(Dimension.MODEL)).containsExactly("later-2026-01-01 1 1 0 2000");
        assertThat(spend(Dimension.PROVIDER)).isEmpty();
        assertThat(metering.alerts()).isEmpty();
        assertThat(metering.rated())
                .singleElement()
                .satisfies(rated -> assertThat(rated.has("model")).isFalse());

        metering.price(price("later", "2", "8"));
        metering.advance(Duration.ofMillis(50));

        assertThat(spend(Dimension.MODEL)).containsExactly("later 1 0 10000000 2000");
        assertThat(spend(Dimension.PROVIDER)).containsExactly("test 1 0 10000000 2000");
        assertThat(spend(Dimension.MEMBER)).containsExactly("ann 1 0 10000000 2000");
        assertThat(metering.alerts())
                .extracting(alert -> alert.path("budgetId").asText())
                .containsExactly("own");
        assertThat(metering.rated()).singleElement().satisfies(rated -> {
            assertThat(rated.path("status").asText()).isEqualTo("rerated");
            assertThat(rated.path("model").asText()).isEqualTo("later");
            assertThat(rated.path("provider").asText()).isEqualTo("test");
            assertThat(rated.path("data").path("model").asText()).isEqualTo("later-2026-01-01");
        });

        metering.restart();
        send("2", "later-2026-01-01", null);
        assertThat(spend(Dimension.MODEL)).containsExactly("later 2 0 20000000 4000");
        assertThat(metering.alerts())
                .extracting(alert -> alert.path("budgetId").asText())
                .as("both are of the one model now")
                .containsExactly("spelled");
    }

    @Test
    void anAccountsOwnPriceOfOneNameIsOfThatNameAloneAndCountsUnderTheModel() {
        metering.settings(new AccountSettings(
                ACME,
                ZoneOffset.UTC,
                List.of(),
                Set.of(),
                List.of(price("gpt-4o-mini-2024-07-18", "1", "1"), price("ours", "3", "3"))));
        send("1", "gpt-4o-mini-2024-07-18", null);
        send("2", "gpt-4o-mini", null);
        send("3", "OURS", null);

        assertThat(spend(Dimension.MODEL)).containsExactly("gpt-4o-mini 2 0 2750000 4000", "ours 1 0 6000000 2000");
    }

    @Test
    void aReportedCostCountsUnderTheModelToo() {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of("*"), List.of()));
        for (String model : List.of("openai/gpt-4o-mini", "unknown")) {
            metering.send(new UsageEvent(
                    model,
                    "test",
                    NOW,
                    usage(model, 1_000, 1_000).toBuilder()
                            .reportedCostNanoUsd(5L)
                            .build()));
        }

        assertThat(spend(Dimension.MODEL)).containsExactly("gpt-4o-mini 1 0 5 2000", "unknown 1 0 5 2000");
    }

    @Test
    void aRatedEventSaysWhatItCountsUnderWhereThatIsAnotherName() {
        send("1", "gpt-4o-mini", "test");
        send("2", "gpt-4o-mini-2024-07-18", null);

        List<JsonNode> rated = metering.rated();
        assertThat(rated).hasSize(2);
        assertThat(rated.getFirst().has("model")).isFalse();
        assertThat(rated.getFirst().has("provider")).isFalse();
        assertThat(rated.getLast().path("model").asText()).isEqualTo("gpt-4o-mini");
        assertThat(rated.getLast().path("provider").asText()).isEqualTo("test");
    }

    private static ModelPrice alsoCalled(String alias) {
        ModelPrice price = price("gpt-4o-mini", "0.15", "0.60");
        return new ModelPrice(
                price.id(), price.provider(), price.model(), List.of(alias), Instant.EPOCH, null, price.tiers());
    }

    private void send(String id, String model, @Nullable String provider) {
        metering.send(new UsageEvent(
                id,
                "test",
                NOW,
                usage(model, 1_000, 1_000).toBuilder().provider(provider).build()));
    }

    /** Value, events, unpriced events, nanoUSD and tokens of each row of a dimension. */
    private List<String> spend(Dimension dimension) {
        return AcmeUsage.spend(metering, dimension).stream()
                .map((SpendEntry entry) -> row(entry.value(), entry.spend()))
                .toList();
    }

    private static String row(String value, Spend spend) {
        TokenCounts tokens = spend.tokens();
        return "%s %d %d %d %d"
                .formatted(value, spend.events(), spend.unpricedEvents(), spend.costNanoUsd(), tokens.total());
    }

    private static Budget tokens(String id, String model, long limit) {
        return new Budget(
                id,
                id,
                ACME,
                Dimension.MODEL,
                model,
                new Limit.Tokens(limit),
                MONTH,
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }
}
