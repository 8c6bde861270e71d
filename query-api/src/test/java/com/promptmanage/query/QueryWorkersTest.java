package com.promptmanage.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.push.EventReader;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.PresentMonth;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metering itself and everything that follows it, from the accepted event on. */
class QueryWorkersTest {

    private static final int PARTITIONS = 4;

    private static final int EVENTS = 3_000;

    /** 1,000 tokens in and out on gpt-4o-mini: 0.15 and 0.60 USD per million. */
    private static final long COST_NANO_USD = 750_000;

    private static final Account ACME = Account.team("acme");

    @TempDir
    private Path directory;

    private Path attempt = Path.of("");

    private @Nullable QueryWorkers workers;

    @Test
    void ledgerRatedTopicAndHistoryAgreeAlsoWhenPricesComeLate() throws Exception {
        PresentMonth.run(() -> {
            attempt = Files.createTempDirectory(directory, "attempt");
            allAgree();
        });
    }

    private void allAgree() throws Exception {
        try (var kafka = EmbeddedKafka.start(attempt.resolve("kafka"));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 5),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            provision(kafka);
            try (var metering = metering(kafka);
                    TestApi api = api(kafka, metering)) {
                try {
                    String key = api.key(ACME, KeyScope.QUERY);
                    budget(producer);
                    try (var alerts = follow(key, url(api, "alerts/stream"));
                            var live = follow(key, url(api, "stream?teamId=acme"))) {
                        // Twice the same events: repeats count nowhere. Nothing has a price yet.
                        send(producer);
                        send(producer);
                        awaitAgreement(api, key, EVENTS, EVENTS, 0);
                        assertThat(alerts.events()).isEmpty();
                        // Nobody takes the outbox to Kafka here.
                        assertThat(told(api))
                                .as("without a price once, or twice at midnight")
                                .isBetween(1L, 2L);

                        new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
                        awaitAgreement(api, key, EVENTS, 0, EVENTS * COST_NANO_USD);

                        Await.until(() -> assertThat(alerts.events()).isNotEmpty());
                        Await.until(() -> assertThat(api.get(key, "/api/token-tracking/alerts")
                                        .json()
                                        .path("alerts"))
                                .hasSameSizeAs(alerts.events()));
                        Await.until(
                                () -> assertThat(json(live.events().getLast().data())
                                                .path("month")
                                                .path("costNanoUsd")
                                                .asLong())
                                        .isEqualTo(EVENTS * COST_NANO_USD));
                    }
                    assertThat(requireWorkers().isAlive()).isTrue();
                    OpenApi description =
                            OpenApi.of("query", "test", List.of(QueryWorkers.OPEN_API, OpenApi.OPERATIONS));
                    assertThat(description.danglingReferences()).isEmpty();
                    assertThat(OpenApi.of("query", "test", List.of(QueryWorkers.OPEN_API))
                                    .differencesFrom(api.server()))
                            .isEmpty();
                } finally {
                    requireWorkers().close();
                }
            }
        }
    }

    private static long told(TestApi api) {
        return api.database()
                .asSystem(handle -> handle.createQuery("SELECT count(*) FROM outbox WHERE topic = 'budget.alerts'")
                        .mapTo(Long.class)
                        .one());
    }

    private QueryWorkers requireWorkers() {
        return java.util.Objects.requireNonNull(workers);
    }

    /** A stream is refused until what feeds it has found its topic. */
    private static EventReader follow(String key, String url) throws Exception {
        Await.until(() -> {
            try (var first = EventReader.open(key, url, null)) {
                assertThat(first.status()).isEqualTo(200);
            }
        });
        return EventReader.open(key, url, null);
    }

    private static void provision(EmbeddedKafka kafka) throws InterruptedException {
        try (var admin = kafka.admin()) {
            assertThat(new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL))
                    .isEqualTo(PARTITIONS);
        }
    }

    private MeteringRuntime metering(EmbeddedKafka kafka) throws Exception {
        var metering = new MeteringRuntime(
                StreamsSettings.defaults(kafka.bootstrapServers(), attempt.resolve("state")), PARTITIONS);
        metering.start();
        Await.until(() -> assertThat(metering.owner(ACME)).isInstanceOf(Place.Here.class));
        return metering;
    }

    private TestApi api(EmbeddedKafka kafka, MeteringRuntime metering) {
        return TestApi.start(Instant.now(), parts -> {
            var routing = new AccountRouting(
                    metering,
                    new Forwarding(Duration.ofSeconds(30), Duration.ofSeconds(30)),
                    new ReadYourWrites(Duration.ofMillis(300)));
            QueryWorkers started = QueryWorkers.start(
                    parts.database(),
                    Map.of("bootstrap.servers", kafka.bootstrapServers()),
                    metering,
                    AlertWriter.Listener.NONE,
                    new SimpleMeterRegistry());
            workers = started;
            return started.routes(parts.access(), routing, Clock.systemUTC());
        });
    }

    private static void awaitAgreement(TestApi api, String key, long events, long unpriced, long costNanoUsd)
            throws Exception {
        Await.until(Duration.ofSeconds(60), () -> {
            JsonNode found = api.get(key, "/api/token-tracking/reconciliation?teamId=acme&period=year")
                    .json();
            for (String place : List.of("ledger", "ratedTopic", "history")) {
                JsonNode figures = found.path(place);
                assertThat(figures.path("events").asLong()).as(found.toString()).isEqualTo(events);
                assertThat(figures.path("unpricedEvents").asLong()).as(place).isEqualTo(unpriced);
                assertThat(figures.path("tokens").asLong()).as(place).isEqualTo(events * 2_000);
                assertThat(figures.path("costNanoUsd").asLong()).as(place).isEqualTo(costNanoUsd);
            }
            assertThat(found.path("agrees").booleanValue()).isTrue();
        });
    }

    private static void send(KafkaProducer<byte[], byte[]> producer) throws Exception {
        for (int i = 0; i < EVENTS; i++) {
            var event = new UsageEvent(
                    "event-" + i,
                    "test",
                    Instant.now(),
                    TokenUsage.of("user-" + i % 50, "acme", "gpt-4o-mini", TokenCounts.ofInputOutput(1_000, 1_000)));
            var unused = producer.send(new ProducerRecord<>(
                    Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event)));
        }
        producer.flush();
    }

    private static void budget(KafkaProducer<byte[], byte[]> producer) throws Exception {
        var budget = new Budget(
                "b",
                "all",
                ACME,
                Dimension.ACCOUNT,
                "*",
                new Limit.Spend(NanoUsd.ofUsd("2.00")),
                Period.of(Period.Unit.TOTAL, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
        producer.send(new ProducerRecord<>(
                        Topics.BUDGETS.name(),
                        ACME.key(),
                        BudgetCodec.writeAll(ACME, List.of(budget), Instant.now(), "budgets")))
                .get();
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private static String url(TestApi api, String path) {
        return "http://127.0.0.1:%d/api/token-tracking/%s".formatted(api.port(), path);
    }
}
