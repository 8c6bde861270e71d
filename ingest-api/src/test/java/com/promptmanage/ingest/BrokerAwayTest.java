package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The broker goes and comes back. It is these tests' own, and runs when one begins. */
class BrokerAwayTest {

    private static EmbeddedKafka kafka;

    private RunningIngest ingest;
    private String key;
    private FakeProvider provider;

    @BeforeAll
    static void startBroker() {
        kafka = EmbeddedKafka.startTemporary();
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @BeforeEach
    void start() throws Exception {
        provider = FakeProvider.start();
        kafka.start();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        new PublishSettings(kafka.bootstrapServers(), 4 << 20, PublishSettings.ANSWER_MAX),
                        new AdmissionSettings(
                                new Rate(100_000, 1_000_000), new Rate(100_000, 1_000_000), 16 << 20, 32 << 20)),
                GatewaySettings.from(new Settings(
                        Settings.PREFIX,
                        Map.of(
                                "PM_GATEWAY_OPENAI_URL",
                                provider.url(),
                                "PM_GATEWAY_ANTHROPIC_URL",
                                provider.url(),
                                "PM_OUTBOUND_ALLOWED_RANGES",
                                "127.0.0.0/8"))));
        key = ingest.key(NewKey.of("app", Account.team("acme")));
    }

    @AfterEach
    void stop() {
        ingest.close();
        provider.close();
    }

    @Test
    void aRequestIsAnswered503InTimeAndWorksAgainWhenTheBrokerIsBack() throws Exception {
        var refused = new ArrayList<HttpResponse<String>>();
        // What else the machine does only adds to the times: then once more.
        Await.until(Duration.ofMinutes(3), () -> {
            assertThat(send("before").statusCode()).isEqualTo(204);
            kafka.stop();
            try {
                for (int i = 0; i < 2; i++) {
                    long started = System.nanoTime();
                    refused.add(send("away" + i));
                    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
                }
                assertThat(ingest.get("/health/ready").statusCode()).isEqualTo(503);
                assertThat(ingest.get("/health/live").statusCode()).isEqualTo(200);
            } finally {
                kafka.start();
            }
            long back = System.nanoTime();
            Await.until(() -> assertThat(send("after").statusCode()).isEqualTo(204));
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(15));
        });
        for (HttpResponse<String> each : refused) {
            assertThat(each.statusCode()).isEqualTo(503);
            assertThat(each.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 10L);
            assertThat(new JsonMapper().readTree(each.body()).path("code").textValue())
                    .isEqualTo("unavailable");
        }
        Await.until(() -> assertThat(ingest.get("/health/ready").statusCode()).isEqualTo(200));
    }

    @Test
    void aCallWithoutAnIdIsToldTheIdUnderWhichItMayBeSentAgain() throws Exception {
        kafka.stop();
        String call = "{\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":2}";

        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = senders.submit(() -> detail(ingest.log(key, call)));
            var another = senders.submit(() -> detail(ingest.log(key, call)));
            var ofOwnId = senders.submit(() -> detail(ingest.log(key, call.replace("{", "{\"eventId\":\"mine\","))));

            assertThat(one.get())
                    .containsPattern("again with \"eventId\": \"event_\\w+\"")
                    .isNotEqualTo(another.get());
            assertThat(ofOwnId.get()).contains("\"eventId\": \"mine\"");
        }
    }

    @Test
    void whoSpeaksAnotherFormatIsAskedToSendAgainAndIsCountedThen() throws Exception {
        kafka.stop();
        String call = "{\"id\":\"away\",\"model\":\"m\",\"prompt_tokens\":1,\"completion_tokens\":2}";
        Map<String, String> bodies =
                Map.of("/v1/traces", """
                {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",
                 "attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"m"}},
                               {"key":"gen_ai.usage.input_tokens","value":{"intValue":3}}]}]}]}]}""", "/api/public/ingestion", """
                {"batch":[{"id":"e","type":"generation-create","timestamp":"2026-11-25T10:00:00Z",
                 "body":{"id":"away","model":"m","usage":{"input":1,"output":2}}}]}""", "/api/litellm/events", call);
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var sending = new ArrayList<Future<HttpResponse<String>>>();
            bodies.forEach((path, body) ->
                    sending.add(senders.submit(() -> ingest.post(path, key, RunningIngest.JSON, body))));
            for (var each : sending) {
                HttpResponse<String> refused = each.get();
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
                assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0))
                        .isBetween(1L, 10L);
            }
        }

        kafka.start();
        Await.until(() -> assertThat(send("back").statusCode()).isEqualTo(204));
        try (TopicTail tail = ingest.tail()) {
            for (var each : bodies.entrySet()) {
                assertThat(ingest.post(each.getKey(), key, RunningIngest.JSON, each.getValue())
                                .statusCode())
                        .isBetween(200, 207);
            }
            assertThat(tail.records()).hasSize(3);
        }
    }

    @Test
    void aCallThatIsPaidForIsKeptForTheBrokerAndNoOtherIsMadeUntilItIsBack() throws Exception {
        provider.answers(
                200, RunningIngest.JSON, "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}");
        kafka.stop();

        HttpResponse<String> paid = call();
        assertThat(paid.statusCode()).isEqualTo(200);
        assertThat(outbox()).isEqualTo(1);
        HttpResponse<String> refused = call();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("\"server_error\"");
        assertThat(provider.asked()).hasSize(1);

        kafka.start();
        try (TopicTail tail = ingest.tail()) {
            OutboxRelay relay =
                    OutboxRelay.start(ingest.database(), kafka.bootstrapServers(), new SimpleMeterRegistry());
            try {
                isToldByTheRelay(
                        tail, paid.headers().firstValue("Prompt-Manage-Call-Id").orElseThrow());
            } finally {
                relay.close();
            }
            Await.until(() -> assertThat(call().statusCode()).isEqualTo(200));
        }
    }

    @Test
    void theBrokerIsWaitedForOnceHoweverManyEventsACallBecomes() throws Exception {
        provider.answers(200, RunningIngest.JSON, """
                {"model":"m","usage":{"input_tokens":1,"output_tokens":2,"iterations":[\
                {"type":"advisor_message","model":"n","input_tokens":3,"output_tokens":4},\
                {"type":"advisor_message","model":"n","input_tokens":5,"output_tokens":6}]}}""");
        kafka.stop();

        HttpResponse<String> paid = ingest.post(
                "/gateway/anthropic/v1/messages",
                key,
                RunningIngest.JSON,
                BodyPublishers.ofString("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[]}"),
                Map.of("Prompt-Manage-Provider-Key", "sk"));

        assertThat(paid.statusCode()).isEqualTo(200);
        assertThat(outbox()).isEqualTo(3);
        assertThat(metric("ingest_publish_failures_total")).isEqualTo(1);
    }

    private void isToldByTheRelay(TopicTail tail, String id) throws Exception {
        Await.until(() -> assertThat(outbox()).isZero());
        var kept = tail.records();
        assertThat(kept).hasSize(1);
        assertThat(new JsonMapper().readTree(kept.getFirst().value()).path("id").textValue())
                .isEqualTo(id);
    }

    /** What waits for the broker is counted as it is written, not as it was sent. */
    @Test
    void eventsThatWaitForTheBrokerAreCharged() throws Exception {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"s\",\"type\":\"t\",\"data\":{\"model\":\"m\",\"tokens\":1}}";
        String body = "[" + (event + ",").repeat(4_999) + event + "]";
        // A broker that goes may have said last that the topic has no leader, and is waited for a moment only: then
        // once more.
        Await.until(Duration.ofMinutes(3), () -> {
            kafka.start();
            assertThat(send("before").statusCode()).isEqualTo(204);
            kafka.stop();
            var seen = new ArrayList<Long>();
            try (ExecutorService sender = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Integer> status = sender.submit(
                        () -> ingest.events(key, RunningIngest.BATCH, body).statusCode());
                while (!status.isDone()) {
                    seen.add(held());
                }
                assertThat(status.get()).isEqualTo(503);
            }
            // From when the body is read, however long that takes, for as long as the broker is waited for.
            assertThat(seen).anySatisfy(held -> assertThat(held).isBetween(2L * body.length(), 10L * body.length()));
            assertThat(held()).isZero();
        });
    }

    @Test
    void whatWasAcknowledgedWhileTheBrokerRestartedIsThere() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        var statuses = new CopyOnWriteArrayList<Integer>();
        var stopping = new AtomicBoolean();
        var next = new AtomicInteger();
        try (TopicTail tail = ingest.tail()) {
            var sending = new ArrayList<Future<?>>();
            try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 8; i++) {
                    sending.add(senders.submit(() -> {
                        while (!stopping.get()) {
                            String id = "e" + next.incrementAndGet();
                            int status = send(id).statusCode();
                            statuses.add(status);
                            if (status == 204) {
                                acknowledged.add(id);
                            }
                        }
                        return null;
                    }));
                }
                try {
                    for (int i = 0; i < 2; i++) {
                        awaitMore(acknowledged);
                        kafka.stop();
                        kafka.start();
                    }
                    awaitMore(acknowledged);
                } finally {
                    stopping.set(true);
                }
            }
            for (Future<?> sender : sending) {
                sender.get();
            }

            Set<String> published = ConcurrentHashMap.newKeySet();
            for (var one : tail.records()) {
                published.add(new JsonMapper().readTree(one.value()).path("id").textValue());
            }
            assertThat(acknowledged).hasSizeGreaterThan(100);
            assertThat(published).containsAll(acknowledged);
            assertThat(Set.copyOf(statuses)).isSubsetOf(204, 503);
        }
    }

    /** Events are acknowledged before each restart and after the last, however long a machine takes for them. */
    private static void awaitMore(Set<String> acknowledged) throws Exception {
        int before = acknowledged.size();
        Await.until(() -> assertThat(acknowledged).hasSizeGreaterThan(before + 100));
    }

    @Test
    void aFloodWithoutABrokerIsRefusedAndHoldsNoMoreThanItsShare() throws Exception {
        kafka.stop();
        String event = "[" + "x".repeat(200_000) + "]";
        String body = plain("flood").replace("[]", "\"" + event + "\"");
        var statuses = ConcurrentHashMap.<Integer>newKeySet();
        var sending = new ArrayList<Future<?>>();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 250; i++) {
                sending.add(senders.submit(() ->
                        statuses.add(ingest.events(key, RunningIngest.ONE, body).statusCode())));
            }
            long most = 0;
            while (!sending.stream().allMatch(Future::isDone)) {
                most = Math.max(most, held());
                Thread.sleep(20);
            }
            assertThat(most).isBetween(1L, 32L << 20);
        }

        for (Future<?> sender : sending) {
            sender.get();
        }
        assertThat(statuses).containsExactly(503);
        assertThat(held()).isZero();
        kafka.start();
        Await.until(() -> assertThat(send("after").statusCode()).isEqualTo(204));
    }

    private static String detail(HttpResponse<String> refused) throws Exception {
        assertThat(refused.statusCode()).isEqualTo(503);
        return new JsonMapper().readTree(refused.body()).path("detail").textValue();
    }

    private long held() throws Exception {
        return metric("ingest_memory_held_bytes");
    }

    private long metric(String name) throws Exception {
        return ingest.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> (long) Double.parseDouble(line.split(" ", 2)[1]))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<String> call() throws Exception {
        return ingest.post(
                "/gateway/openai/v1/chat/completions",
                key,
                RunningIngest.JSON,
                BodyPublishers.ofString("{\"model\":\"m\"}"),
                Map.of("Prompt-Manage-Provider-Key", "sk"));
    }

    private long outbox() {
        return ingest.database()
                .asSystem(handle -> handle.createQuery("SELECT count(*) FROM outbox WHERE topic = 'usage.events'")
                        .mapTo(Long.class)
                        .one());
    }

    private HttpResponse<String> send(String id) throws Exception {
        return ingest.events(key, RunningIngest.ONE, plain(id));
    }

    private static String plain(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"ping\",\"data\":{\"list\":[]}}"
                .formatted(id);
    }
}
