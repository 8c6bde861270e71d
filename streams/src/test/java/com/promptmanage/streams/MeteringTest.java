package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeteringTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:07:00Z");

    private static final Account ACME = Account.team("acme");

    private MeteringDriver metering;

    @BeforeEach
    void start() {
        metering = new MeteringDriver(NOW);
        metering.price(price("gpt-4o-mini", "0.15", "0.60"));
    }

    @AfterEach
    void stop() {
        metering.close();
    }

    @Test
    void anEventIsPricedAndCountedInEveryDimension() {
        metering.send(event("1", NOW, 1_000, 1_000));

        for (Dimension dimension : List.of(Dimension.ACCOUNT, Dimension.MEMBER, Dimension.MODEL)) {
            assertThat(spend(dimension)).singleElement().satisfies(entry -> {
                assertThat(entry.spend().costNanoUsd()).isEqualTo(750_000);
                assertThat(entry.spend().events()).isEqualTo(1);
                assertThat(entry.spend().tokens()).isEqualTo(TokenCounts.ofInputOutput(1_000, 1_000));
            });
        }
    }

    @Test
    void aRepeatIsCountedOnce() {
        metering.send(event("1", NOW, 10, 10));
        metering.send(event("1", NOW, 10, 10));

        assertThat(total().events()).isEqualTo(1);
        assertThat(metering.counts().duplicates.sum()).isEqualTo(1);
    }

    @Test
    void theSameIdOfAnotherSourceIsAnotherEvent() {
        metering.send(event("1", NOW, 10, 10));
        metering.send(new UsageEvent("1", "another", NOW, usage("gpt-4o-mini", 10, 10)));

        assertThat(total().events()).isEqualTo(2);
    }

    @Test
    void aRatedEventCarriesItsCostAndWhatItIsMadeOf() {
        metering.send(event("1", NOW, 452, 387));

        assertThat(metering.rated()).singleElement().satisfies(rated -> {
            assertThat(rated.path("id").asText()).isEqualTo("1");
            assertThat(rated.path("status").asText()).isEqualTo("rated");
            assertThat(rated.path("costNanoUsd").longValue()).isEqualTo(300_000);
            assertThat(rated.path("costs").path("input").longValue()).isEqualTo(67_800);
            assertThat(rated.path("costs").path("output").longValue()).isEqualTo(232_200);
            assertThat(rated.path("priceId").asText()).isEqualTo("price of gpt-4o-mini");
            assertThat(rated.path("data").path("userId").asText()).isEqualTo("ann");
            assertThat(Instant.parse(rated.path("time").asText())).isEqualTo(NOW);
        });
    }

    @Test
    void aModelWithoutAPriceIsUnpricedAndPricedWhenItsPriceArrives() {
        metering.send(new UsageEvent("1", "test", NOW, usage("new-model", 1_000, 0)));
        assertThat(total()).satisfies(before -> {
            assertThat(before.unpricedEvents()).isEqualTo(1);
            assertThat(before.costNanoUsd()).isZero();
            assertThat(before.tokens().total()).isEqualTo(1_000);
        });
        assertThat(metering.rated())
                .singleElement()
                .satisfies(rated -> assertThat(rated.path("status").asText()).isEqualTo("unpriced"));

        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofSeconds(1));

        assertThat(total()).satisfies(after -> {
            assertThat(after.unpricedEvents()).isZero();
            assertThat(after.events()).isEqualTo(1);
            assertThat(after.costNanoUsd()).isEqualTo(2_000_000);
            assertThat(after.tokens().total()).isEqualTo(1_000);
        });
        assertThat(metering.rated())
                .singleElement()
                .satisfies(rated -> assertThat(rated.path("status").asText()).isEqualTo("rerated"));
    }

    /** The price is committed, and who took it dies before it has come to all that waited: nobody else is told of it. */
    @Test
    void whoTakesOverPricesWhatStillWaitsThoughItsPriceIsThere() {
        for (int i = 0; i < 1_500; i++) {
            metering.send(new UsageEvent("held-" + i, "test", NOW, usage("new-model", 1, 0)));
        }
        metering.price(price("new-model", "2", "8"));
        metering.advance(Duration.ofMillis(10));
        assertThat(total().unpricedEvents()).isEqualTo(500);

        metering.restart();
        metering.advance(Duration.ofSeconds(1));
        metering.advance(Duration.ofSeconds(1));

        assertThat(total().unpricedEvents()).isZero();
        assertThat(total().costNanoUsd()).isEqualTo(1_500 * 2_000L);
    }

    @Test
    void manyHeldEventsArePricedInPortions() {
        for (int i = 0; i < 2_500; i++) {
            metering.send(new UsageEvent("held-" + i, "test", NOW, usage("new-model", 1, 0)));
        }
        metering.price(price("new-model", "2", "8"));
        for (int portion = 0; portion < 3; portion++) {
            metering.advance(Duration.ofSeconds(1));
        }

        assertThat(total().costNanoUsd()).isEqualTo(2_500 * 2_000L);
        assertThat(total().unpricedEvents()).isZero();
    }

    @Test
    void theAccountsOwnPriceComesFirst() {
        metering.settings(new AccountSettings(
                ACME, ZoneOffset.UTC, List.of(), Set.of(), List.of(price("gpt-4o-mini", "0.10", "0.10"))));
        metering.send(event("1", NOW, 1_000, 1_000));

        assertThat(total().costNanoUsd()).isEqualTo(200_000);
    }

    @Test
    void aGapInTheAccountsOwnPriceIsNotFilledFromTheCatalogue() {
        var inputOnly = new ModelPrice(
                "own",
                "openai",
                "gpt-4o-mini",
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, 100_000_000L)))));
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of(), List.of(inputOnly)));
        metering.send(event("covered", NOW, 1_000, 0));
        metering.send(event("gap", NOW, 1_000, 1_000));

        assertThat(total().costNanoUsd()).isEqualTo(100_000);
        assertThat(total().unpricedEvents()).isEqualTo(1);
        assertThat(metering.reads().quote(event("gap", NOW, 1_000, 1_000).usage(), NOW.toEpochMilli()))
                .as("what a check says of it")
                .isEmpty();
    }

    @Test
    void aReportedCostWinsOnlyIfItsSourceIsTrusted() {
        metering.send(reporting("1", 5));
        assertThat(total().costNanoUsd()).isEqualTo(750_000);

        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of("test"), List.of()));
        metering.send(reporting("2", 5));
        assertThat(total().costNanoUsd()).isEqualTo(750_005);
    }

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

    @Test
    void daysOfAnyZoneAddUpToTheRange() {
        metering.settings(new AccountSettings(ACME, ZoneId.of("America/New_York"), List.of(), Set.of(), List.of()));
        Instant start = Instant.parse("2026-10-25T00:00:00Z");
        for (int hour = 0; hour < 24 * 20; hour++) {
            metering.send(event("h" + hour, start.plus(Duration.ofHours(hour)), 1, hour));
        }
        Instant end = start.plus(Duration.ofDays(20));
        long all = Long.MIN_VALUE;
        for (String zone :
                List.of("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham")) {
            for (Step step : Step.values()) {
                long sum = metering
                        .reads()
                        .spend(new SpendQuery(
                                ACME,
                                Dimension.ACCOUNT,
                                null,
                                start.toEpochMilli(),
                                end.toEpochMilli(),
                                ZoneId.of(zone),
                                step))
                        .stream()
                        .mapToLong(entry -> entry.spend().costNanoUsd())
                        .sum();
                all = all == Long.MIN_VALUE ? sum : all;
                assertThat(sum).as("%s by %s", zone, step).isEqualTo(all);
            }
        }
        assertThat(all).isEqualTo(480L * 150 + 600L * (479 * 480 / 2));
    }

    @Test
    void aChangedZoneRebuildsDaysAndMonths() {
        Instant evening = Instant.parse("2026-10-31T23:30:00Z");
        metering.send(event("1", evening, 1_000, 1_000));
        ZoneId tokyo = ZoneId.of("Asia/Tokyo");
        metering.settings(new AccountSettings(ACME, tokyo, List.of(), Set.of(), List.of()));
        metering.send(event("2", evening, 1_000, 1_000));

        List<SpendEntry> months = metering.reads()
                .spend(new SpendQuery(
                        ACME,
                        Dimension.ACCOUNT,
                        null,
                        Instant.parse("2026-09-30T15:00:00Z").toEpochMilli(),
                        Instant.parse("2026-11-30T15:00:00Z").toEpochMilli(),
                        tokyo,
                        Step.MONTH));

        assertThat(months).singleElement().satisfies(month -> {
            assertThat(Instant.ofEpochMilli(month.startMs())).isEqualTo(Instant.parse("2026-10-31T15:00:00Z"));
            assertThat(month.spend().costNanoUsd()).isEqualTo(1_500_000);
        });
    }

    @Test
    void whatCannotBeCountedIsRejectedWithItsReasonAndTheRestGoesOn() {
        byte[] key = ACME.key();
        String usageTopic = Topics.USAGE_EVENTS.name();
        metering.send(usageTopic, key, "{".getBytes(UTF_8));
        metering.send(usageTopic, key, new byte[] {(byte) 0xff, 0});
        metering.send(usageTopic, key, null);
        metering.send(event("late", NOW.minus(Duration.ofDays(402)), 1, 1));
        metering.send(usageTopic, Account.team("other").key(), UsageEventCodec.write(event("x", NOW, 1, 1)));
        metering.send(Topics.BUDGETS.name(), key, "nonsense".getBytes(UTF_8));
        metering.send(Topics.PRICES.name(), "m".getBytes(UTF_8), "[]".getBytes(UTF_8));
        metering.send(
                Topics.PRICES.name(),
                "another-model".getBytes(UTF_8),
                ModelPriceCodec.writeAll("gpt-4o", List.of(price("gpt-4o", "1", "1")), NOW, "prices"));
        metering.send(Topics.ACCOUNTS.name(), "no account".getBytes(UTF_8), "{}".getBytes(UTF_8));
        metering.send(event("good", NOW, 1, 1));

        assertThat(metering.rejected())
                .extracting(record ->
                        new String(record.headers().lastHeader("pm-reason").value(), UTF_8))
                .containsExactly(
                        "malformed",
                        "malformed",
                        "malformed",
                        "time_out_of_range",
                        "account_mismatch",
                        "invalid",
                        "invalid",
                        "invalid",
                        "invalid");
        assertThat(total().events()).isEqualTo(1);
    }

    @Test
    void sumsThatWouldNotFitRejectTheEventWhole() {
        long half = Long.MAX_VALUE / 2_000_000 * 1_000_000;
        metering.price(huge());
        metering.send(new UsageEvent("1", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.send(new UsageEvent("2", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.send(new UsageEvent("3", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.send(event("4", NOW, 1_000, 1_000));

        assertThat(metering.rejected())
                .extracting(record ->
                        new String(record.headers().lastHeader("pm-reason").value(), UTF_8))
                .containsExactly("overflow");
        for (Dimension dimension : List.of(Dimension.ACCOUNT, Dimension.MEMBER)) {
            assertThat(spend(dimension)).as("%s", dimension).singleElement().satisfies(entry -> {
                assertThat(entry.spend().events()).isEqualTo(3);
                assertThat(entry.spend().costNanoUsd()).isEqualTo(2 * half + 750_000);
                assertThat(entry.spend().tokens().total()).isEqualTo(2 * TokenCounts.MAX + 2_000);
            });
        }
    }

    @Test
    void aPriceThatTheSumsCannotTakeLeavesItsEventUnpriced() {
        metering.send(new UsageEvent("1", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.send(new UsageEvent("2", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.send(new UsageEvent("3", "test", NOW, usage("huge", TokenCounts.MAX, 0)));
        metering.price(huge());
        metering.advance(Duration.ofMillis(50));

        assertThat(total().events()).isEqualTo(3);
        assertThat(total().unpricedEvents()).isEqualTo(1);
        assertThat(total().costNanoUsd()).isEqualTo(Long.MAX_VALUE / 2_000_000 * 2_000_000);
        assertThat(metering.rejected()).isEmpty();
    }

    /** So dear that the most tokens that an event may have cost half of what an account can have spent. */
    private static ModelPrice huge() {
        return new ModelPrice(
                "huge",
                "test",
                "huge",
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, Long.MAX_VALUE / 2_000_000)))));
    }

    @Test
    void plainEventsAreCountedByTypeAndCostNothing() {
        metering.send(Topics.USAGE_EVENTS.name(), ACME.key(), """
                {"specversion":"1.0","id":"p1","source":"s","type":"deploy","subject":"team:acme",
                 "time":"2026-11-24T10:00:00Z","data":{"reportedCostNanoUsd":"x","tokens":5,"tags":[1]}}""".getBytes(UTF_8));

        assertThat(metering.rejected()).isEmpty();
        assertThat(spend(new Dimension(Dimension.Kind.EVENT_TYPE, null)))
                .extracting(SpendEntry::value)
                .containsExactly("deploy");
        assertThat(spend(Dimension.ACCOUNT)).isEmpty();
    }

    @Test
    void whatAPlainEventCallsTokensIsNotCountedAsSuch() {
        for (String count : List.of("9223372036854775807", "1", "null")) {
            metering.send(Topics.USAGE_EVENTS.name(), ACME.key(), """
                    {"specversion":"1.0","id":"with %1$s","source":"s","type":"deploy","subject":"team:acme",
                     "time":"2026-11-24T10:00:00Z","data":{"tokens":{"input":%1$s}}}""".formatted(count)
                            .getBytes(UTF_8));
        }

        assertThat(metering.rejected()).isEmpty();
        assertThat(spend(new Dimension(Dimension.Kind.EVENT_TYPE, null)))
                .extracting(SpendEntry::spend)
                .containsExactly(new Spend(3, 0, 0, TokenCounts.NONE));
    }

    @Test
    void textsWithEscapesAreCountedUnderWhatTheyMean() {
        metering.send(new UsageEvent(
                "1",
                "test",
                NOW,
                TokenUsage.of("ann \"the\" \\ äöü 🎈", "acme", "gpt-4o-mini", TokenCounts.ofInputOutput(1, 1))));

        assertThat(spend(Dimension.MEMBER)).extracting(SpendEntry::value).containsExactly("ann \"the\" \\ äöü 🎈");
        assertThat(metering.rated()).hasSize(1);
    }

    private List<Integer> thresholds() {
        return metering.alerts().stream()
                .map((JsonNode alert) -> alert.path("threshold").intValue())
                .toList();
    }

    private Spend total() {
        return spend(Dimension.ACCOUNT).stream().map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus);
    }

    private List<SpendEntry> spend(Dimension dimension) {
        return metering.reads()
                .spend(new SpendQuery(
                        ACME,
                        dimension,
                        null,
                        NOW.minus(Duration.ofDays(400)).toEpochMilli(),
                        NOW.plus(Duration.ofDays(1)).toEpochMilli(),
                        ZoneOffset.UTC,
                        Step.WHOLE));
    }

    private UsageEvent reportingTrusted(String id, long costNanoUsd) {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of("*"), List.of()));
        return reporting(id, costNanoUsd);
    }

    private static UsageEvent reporting(String id, long costNanoUsd) {
        TokenUsage plain = usage("gpt-4o-mini", 1_000, 1_000);
        return new UsageEvent(
                id,
                "test",
                NOW,
                new TokenUsage(
                        plain.userId(),
                        plain.teamId(),
                        plain.model(),
                        null,
                        plain.executionType(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        null,
                        costNanoUsd,
                        plain.tokens()));
    }

    private static UsageEvent tagged(String id, Map<String, String> tags) {
        TokenUsage plain = usage("gpt-4o-mini", 1_000, 1_000);
        return new UsageEvent(
                id,
                "test",
                NOW,
                new TokenUsage(
                        plain.userId(),
                        plain.teamId(),
                        plain.model(),
                        null,
                        plain.executionType(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        tags,
                        null,
                        null,
                        plain.tokens()));
    }

    private static UsageEvent event(String id, Instant time, long input, long output) {
        return new UsageEvent(id, "test", time, usage("gpt-4o-mini", input, output));
    }

    private static TokenUsage usage(String model, long input, long output) {
        return TokenUsage.of("ann", "acme", model, TokenCounts.ofInputOutput(input, output));
    }

    private static Budget budget(String usd, long version) {
        return new Budget(
                "b",
                "the month",
                ACME,
                Dimension.ACCOUNT,
                "*",
                new Limit.Spend(NanoUsd.ofUsd(usd)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                version);
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

    private static Budget budget(String id, Dimension dimension, String value, String usd, Period period) {
        return new Budget(
                id,
                id,
                ACME,
                dimension,
                value,
                new Limit.Spend(NanoUsd.ofUsd(usd)),
                period,
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }

    private static ModelPrice price(String model, String input, String output) {
        return new ModelPrice(
                "price of " + model,
                "test",
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(
                        TokenKind.INPUT, NanoUsd.ofUsd(input).value(),
                        TokenKind.OUTPUT, NanoUsd.ofUsd(output).value())))));
    }
}
