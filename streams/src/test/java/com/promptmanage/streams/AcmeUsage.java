package com.promptmanage.streams;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an account uses, and what it may, for tests that meter it. */
final class AcmeUsage {

    static final Instant NOW = Instant.parse("2026-11-24T10:07:00Z");

    static final Account ACME = Account.team("acme");

    private AcmeUsage() {}

    /** A metering that knows what gpt-4o-mini costs: 0.15 USD for a million tokens that go in, 0.60 for those that come out. */
    static MeteringDriver metering() {
        var metering = new MeteringDriver(NOW);
        metering.price(price("gpt-4o-mini", "0.15", "0.60"));
        return metering;
    }

    static UsageEvent event(String id, Instant time, long input, long output) {
        return new UsageEvent(id, "test", time, usage("gpt-4o-mini", input, output));
    }

    static TokenUsage usage(String model, long input, long output) {
        return TokenUsage.of("ann", "acme", model, TokenCounts.ofInputOutput(input, output));
    }

    static UsageEvent reporting(String id, long costNanoUsd) {
        return event(id, Map.of(), costNanoUsd);
    }

    static UsageEvent tagged(String id, Map<String, String> tags) {
        return event(id, tags, null);
    }

    private static UsageEvent event(String id, Map<String, String> tags, @Nullable Long reportedCostNanoUsd) {
        TokenUsage usage = usage("gpt-4o-mini", 1_000, 1_000).toBuilder()
                .tags(tags)
                .reportedCostNanoUsd(reportedCostNanoUsd)
                .build();
        return new UsageEvent(id, "test", NOW, usage);
    }

    static Budget budget(String usd, long version) {
        return monthly(ACME, usd, version);
    }

    static Budget monthly(Account account, String usd, long version) {
        return new Budget(
                "b",
                "the month",
                account,
                Dimension.ACCOUNT,
                "*",
                new Limit.Spend(NanoUsd.ofUsd(usd)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                version);
    }

    static Budget budget(String id, Dimension dimension, String value, String usd, Period period) {
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

    static ModelPrice price(String model, String input, String output) {
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

    /** All that the account has spent. */
    static Spend total(MeteringDriver metering) {
        return spend(metering, Dimension.ACCOUNT).stream()
                .map(SpendEntry::spend)
                .reduce(Spend.NONE, Spend::plus);
    }

    /** By the values of a dimension. */
    static List<SpendEntry> spend(MeteringDriver metering, Dimension dimension) {
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
}
