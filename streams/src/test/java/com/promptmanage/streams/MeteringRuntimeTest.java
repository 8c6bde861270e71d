package com.promptmanage.streams;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteringRuntimeTest {

    private static final Account ACME = Account.team("acme");

    /** Only what never comes costs so much. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private MeteredBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = MeteredBroker.start(directory.resolve("kafka"), Map.of());
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void whatIsCommittedCanBeReadAndSurvivesARestartWithoutASecondAlert() throws Exception {
        // Of all time: a month may begin meanwhile.
        Period ever = Period.of(Period.Unit.TOTAL, ZoneOffset.UTC);
        broker.budget(ACME, AcmeUsage.budget("b", Dimension.ACCOUNT, "*", "3.00", ever), Instant.now());
        try (var metering = run()) {
            var unused = send(0, 5_000);
            RecordMetadata last = send(2_500, 5_000);
            assertThat(metering.awaitCommitted(last.partition(), last.offset(), PATIENCE))
                    .isTrue();
            assertThat(total(metering)).satisfies(spend -> {
                assertThat(spend.events()).isEqualTo(5_000);
                assertThat(spend.costNanoUsd()).isEqualTo(5_000 * 750_000L);
            });
        }
        try (var metering = run()) {
            RecordMetadata last = send(4_000, 5_500);
            assertThat(metering.awaitCommitted(last.partition(), last.offset(), PATIENCE))
                    .isTrue();
            assertThat(total(metering).events()).isEqualTo(5_500);
            assertThat(metering.lastFailure()).isNull();
        }
        assertThat(broker.committed(Topics.BUDGET_ALERTS)).hasSize(3);
        long ratedNanoUsd = 0;
        for (var record : broker.committed(Topics.USAGE_RATED)) {
            for (var event : EventJson.read(record.value()).path("data").path("events")) {
                ratedNanoUsd += event.path("costNanoUsd").longValue();
            }
        }
        assertThat(ratedNanoUsd).isEqualTo(5_500 * 750_000L);
    }

    @Test
    void aListenerThatFailsEndsNoThreadAndKeepsNoOtherFromHearingOfACommit() throws Exception {
        try (var metering = run()) {
            var heard = new AtomicInteger();
            metering.onCommit((partition, changed) -> {
                throw new IllegalStateException("broken");
            });
            metering.onCommit((partition, changed) -> heard.incrementAndGet());

            var unused = send(0, 1);
            Await.until(() -> assertThat(heard).hasPositiveValue());
            int before = heard.get();
            var last = send(1, 2);
            Await.until(() -> assertThat(heard).hasValueGreaterThan(before));

            assertThat(metering.awaitCommitted(last.partition(), last.offset(), PATIENCE))
                    .isTrue();
            assertThat(total(metering).events()).isEqualTo(2);
            assertThat(metering.lastFailure()).isNull();
        }
    }

    @Test
    void aReceiptIsPassedSoonAfterTheLastEventOfAQuietTopic() throws Exception {
        try (var metering = run()) {
            var sent = new AtomicInteger();
            // What else the machine does only adds to the time: then once more.
            Await.until(() -> {
                RecordMetadata only = send(sent.get(), sent.incrementAndGet());
                assertThat(metering.awaitCommitted(only.partition(), only.offset(), Duration.ofSeconds(10)))
                        .isTrue();
                assertThat(metering.partitionOf(ACME)).isEqualTo(only.partition());
            });
            assertThat(total(metering).events()).isEqualTo(sent.get());
        }
    }

    /** What was priced since the last commit is still on disk, so a look for the rest must not end there. */
    @Test
    void heldEventsAreAllPricedThoughMorePricesComeInTheSameTransaction() throws Exception {
        int events = 2_500;
        try (var metering = run(Duration.ofSeconds(3))) {
            int partition = metering.partitionOf(ACME);
            Future<RecordMetadata> last = null;
            for (int i = 0; i < events; i++) {
                var usage = TokenUsage.of("ann", "acme", "new-model", TokenCounts.ofInputOutput(1, 0));
                var event = new UsageEvent("held-" + i, "test", Instant.now(), usage);
                last = broker.producer()
                        .send(new ProducerRecord<>(
                                Topics.USAGE_EVENTS.name(), ACME.key(), UsageEventCodec.write(event)));
            }
            long offset = requireNonNull(last).get().offset();
            assertThat(metering.awaitCommitted(partition, offset, PATIENCE)).isTrue();
            price("new-model", partition);
            for (int i = 0; i < 20; i++) {
                Thread.sleep(20);
                price("another-" + i, partition);
            }

            Await.until(() -> assertThat(total(metering)).satisfies(spend -> {
                assertThat(spend.unpricedEvents()).isZero();
                assertThat(spend.costNanoUsd()).isEqualTo(events * 2_000L);
            }));
        }
    }

    /** The disk as a kill leaves it: copied from under a running process, with what was in its memory missing. */
    @Test
    void afterAKillOnlyWhatWasNotOnDiskYetIsRestored() throws Exception {
        int events = 120_000;
        Path left = directory.resolve("left");
        try (var metering = run()) {
            RecordMetadata last = send(0, events, events);
            assertThat(metering.awaitCommitted(last.partition(), last.offset(), PATIENCE))
                    .isTrue();
            assertThat(metering.counts().restored.sum()).isZero();
            awaitCopied(directory.resolve("state"), left);
        }
        long missing = restoredFrom(left, events);
        long all = restoredFrom(directory.resolve("nothing"), events);

        assertThat(missing).isPositive().isLessThan(all / 2);
    }

    private long restoredFrom(Path state, int events) throws Exception {
        try (var metering = run(state, Duration.ofMillis(100))) {
            assertThat(total(metering)).satisfies(spend -> {
                assertThat(spend.events()).isEqualTo(events);
                assertThat(spend.costNanoUsd()).isEqualTo(events * 750_000L);
            });
            assertThat(metering.lastFailure()).isNull();
            RecordMetadata repeated = send(0, 1_000, events);
            assertThat(metering.awaitCommitted(repeated.partition(), repeated.offset(), PATIENCE))
                    .isTrue();
            assertThat(total(metering).events()).isEqualTo(events);
            return metering.counts().restored.sum();
        }
    }

    /** As it is at one moment: RocksDB may write and delete files meanwhile, and then all is copied once more. */
    private static void awaitCopied(Path from, Path to) throws Exception {
        Await.until(() -> {
            delete(to);
            try {
                Map<Path, Long> before = sizes(from);
                copy(from, to);
                assertThat(sizes(from)).isEqualTo(before);
            } catch (NoSuchFileException | UncheckedIOException e) {
                throw new AssertionError("something was deleted meanwhile", e);
            }
        });
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : all(from)) {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
    }

    /** Of all files, in bytes. */
    private static Map<Path, Long> sizes(Path directory) throws IOException {
        var sizes = new HashMap<Path, Long>();
        for (Path file : all(directory)) {
            if (Files.isRegularFile(file)) {
                sizes.put(file, Files.size(file));
            }
        }
        return sizes;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file : all(directory).reversed()) {
                Files.delete(file);
            }
        }
    }

    /** Directories come before what is in them. */
    private static List<Path> all(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList();
        }
    }

    private void price(String model, int partition) throws Exception {
        var price = new ModelPrice(
                model,
                "test",
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, 2_000_000_000L)))));
        broker.price(partition, model, ModelPriceCodec.writeAll(model, List.of(price), Instant.now(), "prices"));
    }

    private MeteringRuntime run() throws Exception {
        return run(Duration.ofMillis(100));
    }

    private MeteringRuntime run(Duration commitInterval) throws Exception {
        return run(directory.resolve("state"), commitInterval);
    }

    private MeteringRuntime run(Path state, Duration commitInterval) throws Exception {
        StreamsSettings defaults = broker.settings(state);
        var settings = new StreamsSettings(
                defaults.applicationId(),
                defaults.bootstrapServers(),
                defaults.stateDirectory(),
                commitInterval,
                defaults.threads(),
                defaults.standbyReplicas(),
                defaults.replicationFactor(),
                defaults.host(),
                defaults.port(),
                defaults.hotRowsMax(),
                defaults.recentIdsMax(),
                defaults.deduplicationWindow(),
                defaults.sessionTimeout(),
                defaults.writesRated(),
                defaults.retention());
        return MeteredBroker.run(settings, ACME);
    }

    private RecordMetadata send(int from, int to) throws Exception {
        return send(from, to, 50);
    }

    private RecordMetadata send(int from, int to, int users) throws Exception {
        RecordMetadata last = null;
        var sent = new ArrayList<Future<RecordMetadata>>();
        for (int i = from; i < to; i++) {
            var event = new UsageEvent(
                    "event-" + i,
                    "test",
                    Instant.now(),
                    TokenUsage.of("user-" + i % users, "acme", "gpt-4o-mini", TokenCounts.ofInputOutput(1_000, 1_000)));
            sent.add(broker.producer()
                    .send(new ProducerRecord<>(
                            Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event))));
        }
        for (var record : sent) {
            last = record.get();
        }
        return requireNonNull(last);
    }

    private static Spend total(MeteringRuntime metering) {
        return MeteredBroker.spend(metering, ACME, Instant.now());
    }
}
