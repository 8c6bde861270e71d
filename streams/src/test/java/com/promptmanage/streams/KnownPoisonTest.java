package com.promptmanage.streams;

import static com.promptmanage.streams.PoisonedMetering.POISONED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that would have ended a thread again and again, or lost what is right, if they were taken for what they claim to be. */
class KnownPoisonTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    @Test
    void eachKnownPoisonIsRejected() throws Exception {
        try (var metering = PoisonedMetering.start(directory)) {
            String event = new String(UsageEventCodec.write(metering.event("poison", POISONED)), UTF_8);
            var poisons = new ArrayList<String>();
            for (String subject : List.of(
                    "team:", "user:", "team:" + "x".repeat(257), "user:a\u0085b", "user:\\ud800", "team:\\u0000")) {
                poisons.add(metering.poison(
                        Topics.USAGE_EVENTS,
                        subject.replace("\\ud800", "?")
                                .replace("\\u0000", "\u0000")
                                .getBytes(UTF_8),
                        metering.plain("p", subject).getBytes(UTF_8)));
            }
            for (String edit : List.of(
                    "\"specversion\":\"1.0\"=>\"specversion\":1.0",
                    "token.usage.v1=>usage.correction.v1",
                    "token.usage.v1=>token.usage.correction.v1",
                    "token.usage.v1=>token.usage.v2",
                    "\"tokens\"=>\"tags\":{\"a\":\"\\u0000\"},\"tokens\"",
                    "\"tokens\"=>\"workflowId\":\"" + "w".repeat(257) + "\",\"tokens\"",
                    "\"tokens\"=>\"padding\":\"" + "p".repeat(900_000) + "\",\"tokens\"",
                    "\"tokens\"=>\"padding\":\"" + "p".repeat(5_000_000) + "\",\"tokens\"",
                    "\"time\":\"=>\"time\":\"" + "9".repeat(900_000),
                    "\"tokens\":{=>\"tokens\":{\"inputs\":1,")) {
                String[] parts = edit.split("=>", 2);
                assertThat(event).contains(parts[0]);
                poisons.add(metering.poison(
                        Topics.USAGE_EVENTS,
                        POISONED.key(),
                        event.replace(parts[0], parts[1]).getBytes(UTF_8)));
            }
            String budgets = new String(
                    BudgetCodec.writeAll(
                            PoisonedMetering.healthy(0),
                            List.of(PoisonedMetering.budget(PoisonedMetering.healthy(0))),
                            metering.now(),
                            "budgets"),
                    UTF_8);
            for (String edit : List.of(
                    "\"budgets\":[=>\"budgetz\":[",
                    "account.budgets.v1=>account.budgets.v2",
                    "\"data\"=>\"date\"",
                    "the month=>" + "m".repeat(300_000),
                    "the month=>the \\u0000 month",
                    "the month=>the \\ud800 month",
                    "\"data\"=>\"padding\":\"" + "p".repeat(1_040_000) + "\",\"data\"")) {
                String[] parts = edit.split("=>", 2);
                assertThat(budgets).contains(parts[0]);
                poisons.add(metering.poison(
                        Topics.BUDGETS,
                        PoisonedMetering.healthy(0).key(),
                        budgets.replace(parts[0], parts[1]).getBytes(UTF_8)));
            }
            poisons.add(
                    metering.poison(Topics.BUDGETS, PoisonedMetering.healthy(1).key(), budgets.getBytes(UTF_8)));
            Account elsewhere = PoisonedMetering.healthy(0);
            poisons.add(metering.misplaced(Topics.BUDGETS, elsewhere, budgets.getBytes(UTF_8)));
            poisons.add(metering.misplaced(
                    Topics.USAGE_EVENTS, elsewhere, UsageEventCodec.write(metering.event("misplaced", elsewhere))));
            poisons.add(metering.poison(Topics.BUDGETS, new byte[] {'t', 'e', 'a', 'm', ':', (byte) 0xff}, null));
            // Packed, the broker takes it; unpacked, nobody's changelog does.
            poisons.add(metering.poison(Topics.PRICES, new byte[3 << 20], null));
            poisons.add(metering.poison(Topics.PRICES, new byte[] {'m', (byte) 0xff}, null));
            poisons.add(metering.poison(Topics.PRICES, "another".getBytes(UTF_8), metering.prices(1)));
            poisons.add(metering.poison(Topics.USAGE_EVENTS, null, event.getBytes(UTF_8)));
            poisons.add(metering.poison(Topics.USAGE_EVENTS, POISONED.key(), null));
            poisons.add(
                    metering.poison(Topics.ACCOUNTS, PoisonedMetering.healthy(0).key(), "{}".getBytes(UTF_8)));
            metering.healthyEvents(20);
            metering.await(PATIENCE);

            List<ConsumerRecord<byte[], byte[]>> rejected = metering.rejected();
            assertThat(rejected.stream().map(PoisonedMetering::origin)).containsExactlyInAnyOrderElementsOf(poisons);
            metering.assertHealthy();
        }
    }

    /** The usual clients refuse to send it, and the broker takes it from others. */
    @Test
    void aRecordWithoutATimeIsOneFromLongAgo() {
        var untimed = new ConsumerRecord<Object, Object>(
                Topics.BUDGETS.name(),
                0,
                0,
                ConsumerRecord.NO_TIMESTAMP,
                TimestampType.CREATE_TIME,
                0,
                0,
                new byte[0],
                new byte[0],
                new RecordHeaders(),
                Optional.empty());

        assertThat(new ArrivalTime().extract(untimed, -1)).isZero();
        assertThat(ApplicationSettings.of(
                        StreamsSettings.defaults("localhost:1", directory), "app", PATIENCE, Duration.ofDays(3)))
                .containsEntry(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, ArrivalTime.class);
    }

    /** An event that waits for its price is not lost, and holds up nothing, if the price that comes is beyond all sums. */
    @Test
    void aPriceThatNoSumCanHoldLeavesItsEventsUnpriced() throws Exception {
        try (var metering = PoisonedMetering.start(directory)) {
            var usage = TokenUsage.of(
                    "u", "poisoned", "poisoned-model", TokenCounts.ofInputOutput(TokenCounts.MAX, TokenCounts.MAX));
            metering.send(
                    Topics.USAGE_EVENTS,
                    POISONED.key(),
                    UsageEventCodec.write(new UsageEvent("dear", "/t", metering.now(), usage)));
            metering.await(PATIENCE);
            metering.price("poisoned-model", metering.prices(9_000_000_000_000_000_000L));
            // Long enough for the event to be looked at again.
            Thread.sleep(500);
            metering.healthyEvents(20);
            metering.await(PATIENCE);

            assertThat(metering.spend(POISONED).unpricedEvents()).isEqualTo(1);
            assertThat(metering.counts().rerated.sum()).isZero();
            metering.assertHealthy();
        }
    }
}
