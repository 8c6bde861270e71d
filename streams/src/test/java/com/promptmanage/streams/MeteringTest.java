package com.promptmanage.streams;

import static com.promptmanage.streams.AcmeUsage.ACME;
import static com.promptmanage.streams.AcmeUsage.NOW;
import static com.promptmanage.streams.AcmeUsage.event;
import static com.promptmanage.streams.AcmeUsage.price;
import static com.promptmanage.streams.AcmeUsage.reporting;
import static com.promptmanage.streams.AcmeUsage.tagged;
import static com.promptmanage.streams.AcmeUsage.usage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Usage that is priced, and counted once. */
class MeteringTest {

    @AutoClose
    private final MeteringDriver metering = AcmeUsage.metering();

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
    void whatACallMayBeChargedByIsToldForAllNamesOfItsModel() {
        ModelPrice own = price("gpt-4o-mini", "0.10", "0.10");
        ModelPrice dated = price("gpt-4o-mini-2024-07-18", "0.05", "0.05");
        var call = event("1", NOW, 1, 1).usage();
        assertThat(metering.reads().prices(call, NOW.toEpochMilli())).satisfies(prices -> {
            assertThat(prices.own()).isEmpty();
            assertThat(prices.listed())
                    .hasValueSatisfying(price -> assertThat(price.model()).isEqualTo("gpt-4o-mini"));
        });

        metering.settings(new AccountSettings(
                ACME, ZoneOffset.UTC, List.of(), Set.of(), List.of(price("gpt-4.1", "9.00", "9.00"), own, dated)));

        assertThat(metering.reads().prices(call, NOW.toEpochMilli())).satisfies(prices -> {
            assertThat(prices.own()).containsExactlyInAnyOrder(own, dated);
            assertThat(prices.ownFor("gpt-4o-mini-2024-07-18")).hasValue(dated);
        });
        assertThat(metering.reads()
                        .prices(call, Instant.EPOCH.minusMillis(1).toEpochMilli())
                        .own())
                .as("before any of them")
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
    void whatWouldBeCountedUnderAWrongTimeOrTwiceUnderOneTagIsRejected() {
        UsageEvent early = event("early", Instant.EPOCH.minusSeconds(1), 1, 1);
        metering.send(Topics.USAGE_EVENTS.name(), ACME.key(), UsageEventCodec.write(early), Instant.EPOCH);
        // Halves of characters: in bytes, both are a question mark.
        metering.send(Topics.ACCOUNTS.name(), ACME.key(), """
                {"type":"com.promptmanage.account.settings.v1",
                 "data":{"account":"team:acme","tags":["\\ud800","\\udfff"]}}""".getBytes(UTF_8));
        metering.send(tagged("good", Map.of("?", "x")));

        assertThat(metering.rejected())
                .extracting(record ->
                        new String(record.headers().lastHeader("pm-reason").value(), UTF_8))
                .containsExactly("time_out_of_range", "invalid");
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
            metering.send(
                    Topics.USAGE_EVENTS.name(), ACME.key(), """
                    {"specversion":"1.0","id":"with %1$s","source":"s","type":"deploy","subject":"team:acme",
                     "time":"2026-11-24T10:00:00Z","data":{"tokens":{"input":%1$s}}}""".formatted(count).getBytes(UTF_8));
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

    /** The commit by which numbers are given anew may be long in coming. */
    @Test
    void aTagThatIsMetAfterMillionsOfNamesIsCountedAsItself() {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of("project"), Set.of(), List.of()));
        metering.send(tagged("1", Map.of("project", "x")));
        metering.restart();

        metering.meetNames(1 << 22);
        metering.send(tagged("2", Map.of("project", "x")));

        assertThat(spend(Dimension.ofTag("project"))).singleElement().satisfies(entry -> {
            assertThat(entry.value()).isEqualTo("x");
            assertThat(entry.spend().events()).isEqualTo(2);
        });
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

    private Spend total() {
        return AcmeUsage.total(metering);
    }

    private List<SpendEntry> spend(Dimension dimension) {
        return AcmeUsage.spend(metering, dimension);
    }
}
