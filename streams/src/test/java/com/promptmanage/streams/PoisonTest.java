package com.promptmanage.streams;

import static com.promptmanage.streams.PoisonedMetering.HEALTHY;
import static com.promptmanage.streams.PoisonedMetering.POISONED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.Damage;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever lies on the topics that feed the metering: what cannot be counted is on {@code usage.rejected} with its reason,
 * what can be is counted exactly, and no thread ends. 24,000 records besides the healthy ones; {@code -Dfuzz.times=42} puts
 * there a million, as the README says.
 */
class PoisonTest {

    private static final int TIMES = Integer.getInteger("fuzz.times", 1);

    private static final Duration PATIENCE = Duration.ofMinutes(TIMES);

    @TempDir
    private Path directory;

    @Test
    void whateverLiesOnTheTopicsIsCountedOrRejectedAndTheThreadsLive() throws Exception {
        try (var metering = PoisonedMetering.start(directory)) {
            var damage = new Damage(20_261_124);
            for (int i = 0; i < 2_500 * TIMES; i++) {
                noise(metering, damage);
                if (i % 5 == 0) {
                    metering.healthyEvent();
                }
            }
            for (int i = 0; i < 20_000 * TIMES; i++) {
                damagedEvent(metering, damage);
                if (i % 10 == 0) {
                    metering.healthyEvent();
                }
            }
            for (int i = 0; i < 1_500 * TIMES; i++) {
                damagedReference(metering, damage);
                if (i % 10 == 0) {
                    metering.healthyEvent();
                    unpricedEvent(metering, i);
                }
            }
            for (int i = 0; i < 20; i++) {
                metering.healthyEvent();
            }
            metering.await(PATIENCE);

            List<ConsumerRecord<byte[], byte[]>> rejected = metering.rejected();
            System.out.printf(
                    Locale.ROOT, "%,d records of noise and damage, %,d rejected%n", 24_000 * TIMES, rejected.size());
            assertThat(rejected).hasSizeGreaterThan(15_000 * TIMES);
            assertThat(rejected.stream()
                            .filter(one ->
                                    PoisonedMetering.text(one, "pm-topic").equals(Topics.USAGE_EVENTS.name())))
                    .hasSize((int) (metering.usageRecords()
                            - metering.counts().accepted.sum()
                            - metering.counts().duplicates.sum()));
            metering.assertHealthy();
        }
    }

    private static void noise(PoisonedMetering metering, Damage damage) {
        Topic topic = damage.oneOf(List.of(Topics.USAGE_EVENTS, Topics.BUDGETS, Topics.PRICES, Topics.ACCOUNTS));
        byte[] key = switch (damage.below(4)) {
            // A compacted topic has no records without a key.
            case 0 -> topic.equals(Topics.USAGE_EVENTS) ? null : damage.noise(3);
            case 1 -> damage.noise(40);
            case 2 -> PoisonedMetering.healthy(damage.below(HEALTHY)).key();
            default -> POISONED.key();
        };
        // Nothing at all is a message of its own on a compacted topic: that there is nothing any more.
        byte[] value = damage.noise(800);
        metering.send(topic, key, damage.below(50) == 0 && topic.equals(Topics.USAGE_EVENTS) ? null : value);
    }

    private static void damagedEvent(PoisonedMetering metering, Damage damage) {
        Account account = Account.team("poisoned-" + damage.below(8));
        String event = switch (damage.below(3)) {
            case 0 -> metering.plain("d" + damage.below(1_000_000), account.value());
            default -> new String(UsageEventCodec.write(metering.event("d" + damage.below(1_000_000), account)), UTF_8);
        };
        byte[] value = damage.edited(event);
        // The key that the damage asks for, so that it is not for the key alone that a record is refused.
        String text = new String(value, UTF_8);
        int subject = text.indexOf("\"subject\":\"");
        int end = subject < 0 ? -1 : text.indexOf('"', subject + 11);
        boolean follow = end > 0 && damage.below(2) == 0;
        metering.send(
                Topics.USAGE_EVENTS, follow ? text.substring(subject + 11, end).getBytes(UTF_8) : account.key(), value);
    }

    private static void damagedReference(PoisonedMetering metering, Damage damage) {
        Account account = Account.team("poisoned-" + damage.below(8));
        switch (damage.below(3)) {
            case 0 ->
                metering.send(
                        Topics.BUDGETS,
                        account.key(),
                        damage.edited(new String(
                                BudgetCodec.writeAll(
                                        account,
                                        List.of(PoisonedMetering.budget(account), odd(account)),
                                        metering.now(),
                                        "b"),
                                UTF_8)));
            case 1 ->
                metering.send(
                        Topics.PRICES,
                        "poisoned-model".getBytes(UTF_8),
                        damage.edited(new String(metering.prices(3), UTF_8)));
            default -> {
                var settings = new AccountSettings(
                        account,
                        ZoneId.of("Asia/Kolkata"),
                        List.of("feature"),
                        Set.of("/t"),
                        ModelPriceCodec.readAll(metering.prices(5)));
                metering.send(
                        Topics.ACCOUNTS,
                        account.key(),
                        damage.edited(new String(AccountSettingsCodec.write(settings, metering.now(), "a"), UTF_8)));
            }
        }
    }

    private static void unpricedEvent(PoisonedMetering metering, int number) {
        var usage = TokenUsage.of(
                "u",
                "poisoned-" + number % 8,
                "poisoned-model",
                TokenCounts.ofInputOutput(TokenCounts.MAX, number).with(TokenKind.REASONING, 7));
        var event = new UsageEvent("unpriced-" + number, "/t", metering.now(), usage);
        metering.send(Topics.USAGE_EVENTS, event.account().key(), UsageEventCodec.write(event));
    }

    private static Budget odd(Account account) {
        return new Budget(
                "odd",
                "the tag's quarter",
                account,
                Dimension.ofTag("feature"),
                "search",
                new Limit.Tokens(1_000_000),
                Period.anchored(Period.Unit.QUARTER, ZoneId.of("America/St_Johns"), "02-29 23:45"),
                List.of(
                        new Threshold.Percent(12_345, Severity.INFO),
                        new Threshold.Amount(77, Severity.WARNING),
                        new Threshold.Forecast(100_000, Severity.CRITICAL)),
                Budget.Enforcement.BLOCK,
                Budget.FailMode.CLOSED,
                3);
    }
}
