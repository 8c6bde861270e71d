package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Langfuse's ingestion over several requests. */
class DropInTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static RunningIngest ingest;

    private static String key;

    private TopicTail tail;

    @BeforeAll
    static void start() throws Exception {
        ingest = RunningIngest.withDefaults();
        key = ingest.key(NewKey.of("drop-in", Account.team("drop-in")));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @BeforeEach
    void mark() {
        tail = ingest.tail();
    }

    @AfterEach
    void closeTail() {
        tail.close();
    }

    @Test
    void aCallThatIsToldInThreeRequestsIsOneCallOfTheTracesUser() throws Exception {
        langfuse(event("trace-create", "{\"id\":\"t1\",\"userId\":\"ann\",\"sessionId\":\"s1\",\"tags\":[\"vip\"]}"));
        langfuse(event("generation-create", "{\"id\":\"g1\",\"traceId\":\"t1\",\"model\":\"gpt-4o\"}"));
        assertThat(tail.records()).isEmpty();
        String ended = event(
                "generation-update",
                "{\"id\":\"g1\",\"traceId\":\"t1\",\"usage\":{\"promptTokens\":10,\"completionTokens\":5}}");
        HttpResponse<byte[]> answer = langfuse(ended);
        langfuse(ended);

        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(body.path("successes").path(0).path("status").intValue()).isEqualTo(201);
        assertThat(body.path("errors")).isEmpty();
        assertThat(answer.headers().firstValue("Prompt-Manage-Receipt")).isPresent();
        List<UsageEvent> events = events();
        assertThat(events).hasSize(1);
        UsageEvent event = events.getFirst();
        assertThat(event.id()).isEqualTo("g1");
        assertThat(event.usage().userId()).isEqualTo("ann");
        assertThat(event.usage().conversationId()).isEqualTo("s1");
        assertThat(event.usage().tags()).containsEntry("vip", "true");
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(10, 5));
    }

    @Test
    void whatTheTokensOfACallGrowByIsCountedOnceAndWhatIsOlderChangesNothing() throws Exception {
        String created = eventAt(
                "2026-11-25T10:00:02Z",
                "generation-create",
                "{\"id\":\"g2\",\"model\":\"m\",\"usage\":{\"input\":10,\"output\":5}}");
        langfuse(created);
        String grown = eventAt(
                "2026-11-25T10:00:09Z", "generation-update", "{\"id\":\"g2\",\"usage\":{\"input\":10,\"output\":25}}");
        langfuse(grown);
        langfuse(grown);
        langfuse(created);
        langfuse(eventAt(
                "2026-11-25T10:00:01Z", "generation-update", "{\"id\":\"g2\",\"usage\":{\"input\":99,\"output\":99}}"));

        Map<String, TokenCounts> unique = new HashMap<>();
        events().forEach(event -> unique.put(event.id(), event.usage().tokens()));
        assertThat(unique)
                .containsOnly(
                        Map.entry("g2", TokenCounts.ofInputOutput(10, 5)),
                        Map.entry("g2#1", TokenCounts.ofInputOutput(0, 20)));
    }

    @Test
    void zerosAtTheBeginningOfACallAreNoRunOfItsOwn() throws Exception {
        String call = "{\"id\":\"g13\",\"model\":\"m\",\"usage\":{\"input\":%d,\"output\":%d}}";
        langfuse(eventAt("2026-11-25T10:00:02Z", "generation-create", call.formatted(0, 0)));
        langfuse(eventAt("2026-11-25T10:00:09Z", "generation-update", call.formatted(10, 5)));

        assertThat(events()).extracting(UsageEvent::id).containsExactly("g13");
    }

    @Test
    void zerosOfABeginningThatComesAfterTheEndTakeNothingBack() throws Exception {
        langfuse(eventAt(
                "2026-11-25T10:00:09Z", "generation-update", "{\"id\":\"g14\",\"usage\":{\"input\":10,\"output\":5}}"));
        langfuse(eventAt(
                "2026-11-25T10:00:09.5Z",
                "generation-create",
                "{\"id\":\"g14\",\"model\":\"m\",\"usage\":{\"input\":0,\"output\":0}}"));

        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(10, 5)));
    }

    @Test
    void detailsOfZerosDoNotHideTheUsageBesideThem() throws Exception {
        String call =
                "{\"id\":\"%s\",\"model\":\"m\",\"usageDetails\":{\"input\":%d,\"output\":0},\"usage\":{\"input\":10,\"output\":%d}}";
        langfuse(event("generation-create", call.formatted("g15", 0, 5)));
        langfuse(event("generation-create", call.formatted("g16", 7, 5)));

        assertThat(events())
                .extracting(event -> event.usage().tokens())
                .containsExactly(TokenCounts.ofInputOutput(10, 5), TokenCounts.ofInputOutput(7, 0));
    }

    @Test
    void whichTokensWereCachedIsToldLaterAndCountsNoneOfThemTwice() throws Exception {
        langfuse(eventAt(
                "2026-11-25T10:00:02Z",
                "generation-create",
                "{\"id\":\"g12\",\"model\":\"m\",\"usageDetails\":{\"input\":100,\"output\":5}}"));
        String cached = "{\"id\":\"g12\",\"usageDetails\":{\"input\":60,\"input_cached_tokens\":%d,\"output\":25}}";
        langfuse(eventAt("2026-11-25T10:00:09Z", "generation-update", cached.formatted(40)));
        langfuse(eventAt("2026-11-25T10:00:12Z", "generation-update", cached.formatted(50)));

        assertThat(events())
                .extracting(event -> event.usage().tokens())
                .containsExactly(
                        TokenCounts.ofInputOutput(100, 5),
                        TokenCounts.ofInputOutput(0, 20),
                        TokenCounts.NONE.with(TokenKind.CACHE_READ, 10));
    }

    @Test
    void ofWhatIsToldAtOneTimeTheUpdateIsTheLaterWhereverItStands() throws Exception {
        langfuse(
                event("generation-update", "{\"id\":\"g8\",\"usageDetails\":{\"input\":9,\"output\":3}}"),
                event("generation-create", "{\"id\":\"g8\",\"model\":\"m\",\"usageDetails\":{\"input\":9}}"));

        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(9, 3)));
    }

    @Test
    void whileTheDatabaseIsAwayAnSdkIsToldToSendAgainAndNothingIsCounted() throws Exception {
        try (RunningIngest alone = RunningIngest.withDefaults();
                TopicTail nothing = alone.tail()) {
            String known = alone.key(NewKey.of("known", Account.team("drop-in")));
            String basic = basic(known);
            String batch = batch(event("trace-create", "{\"id\":\"t9\"}"));
            assertThat(alone.postBytes("/api/public/ingestion", basic, JSON, batch.getBytes(UTF_8), false)
                            .statusCode())
                    .isEqualTo(207);
            alone.database().close();

            String call = batch(event("generation-create", "{\"id\":\"g9\",\"model\":\"m\",\"usage\":{\"input\":1}}"));
            HttpResponse<byte[]> refused =
                    alone.postBytes("/api/public/ingestion", basic, JSON, call.getBytes(UTF_8), false);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValueAsLong("Retry-After")).isPresent();
            assertThat(MAPPER.readTree(refused.body()).path("code").textValue()).isEqualTo("unavailable");
            assertThat(nothing.records()).isEmpty();
        }
    }

    @Test
    void theSameBatchFromManyAtOnceIsCountedOnce() throws Exception {
        String batch = batch(
                event("trace-create", "{\"id\":\"t3\",\"userId\":\"bob\"}"),
                event(
                        "generation-create",
                        "{\"id\":\"g3\",\"traceId\":\"t3\",\"model\":\"m\",\"usage\":{\"input\":1}}"));
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var sending = new ArrayList<Future<HttpResponse<byte[]>>>();
            for (int i = 0; i < 16; i++) {
                sending.add(senders.submit(() -> post("/api/public/ingestion", batch)));
            }
            for (var each : sending) {
                assertThat(each.get().statusCode()).isEqualTo(207);
            }
        }
        assertThat(events()).extracting(UsageEvent::id).containsExactly("g3");
    }

    @Test
    void nothingThatAnSdkSendsMakesItSendAgain() throws Exception {
        HttpResponse<byte[]> answer = langfuse(
                "{}",
                "{\"id\":\"x0\",\"id\":\"x0\",\"type\":\"generation-create\",\"body\":{\"id\":\"g0\",\"model\":\"m\",\"usage\":{\"input\":4}}}",
                "{\"id\":\"x1\",\"type\":\"generation-create\",\"body\":[1]}",
                "{\"id\":\"x2\",\"type\":\"dataset-run-item-create\",\"body\":{\"id\":\"d\"}}",
                event("generation-create", "{\"id\":\"g4\",\"model\":\"m\",\"usage\":{\"input\":-4}}"),
                "{\"id\":\"\\ud800\",\"type\":\"trace-create\",\"body\":{\"id\":\"t9\",\"name\":\"a\\u0000b\\udc00\"}}",
                event("generation-create", "{\"id\":\"g5\",\"usage\":{\"input\":4}}"),
                event(
                        "generation-create",
                        "{\"id\":\"g6\",\"model\":\"m\",\"metadata\":{\"a\":1,\"a\":2},\"usage\":{\"input\":4}}"));

        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(body.path("successes")).hasSize(8);
        assertThat(body.path("errors")).isEmpty();
        assertThat(events()).extracting(UsageEvent::id).containsExactly("g6");
        assertThat(ingest.get("/api/ingest/ignored", key).body()).contains("\"invalid\"");
        assertThat(post("/api/public/ingestion", "{\"batches\":[]}").statusCode())
                .isEqualTo(400);
        assertThat(post("/api/public/ingestion", "[").statusCode()).isEqualTo(400);
    }

    @Test
    void whatIsToldBeforeItsModelWaitsForItAndCounts() throws Exception {
        String late = ingest.key(NewKey.of("late", Account.team("late")));
        String basic = basic(late);
        String end = batch(event("generation-update", "{\"id\":\"g11\",\"usage\":{\"input\":4,\"output\":2}}"));
        String beginning = batch(event("generation-create", "{\"id\":\"g11\",\"model\":\"m\"}"));

        ingest.postBytes("/api/public/ingestion", basic, JSON, end.getBytes(UTF_8), false);
        ingest.postBytes("/api/public/ingestion", basic, JSON, beginning.getBytes(UTF_8), false);

        assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(4, 2)));
        assertIgnored(late, "waits_for_its_model", 6);
    }

    @Test
    void manyCallsInOneBatchAreCountedAndOfLongTextsNothingIsKept() throws Exception {
        var events = new ArrayList<String>();
        events.add(event("trace-create", "{\"id\":\"t7\",\"userId\":\"ann\"}"));
        for (int i = 0; i < 120; i++) {
            events.add(event(
                    "generation-create",
                    "{\"id\":\"many%d\",\"traceId\":\"t7\",\"model\":\"m\",\"tags\":[\"%s\"],\"usage\":{\"input\":1}}"
                            .formatted(i, "x".repeat(5_000))));
        }

        assertThat(langfuse(events.toArray(String[]::new)).statusCode()).isEqualTo(207);

        assertThat(events())
                .hasSize(120)
                .allSatisfy(event -> assertThat(event.usage().userId()).isEqualTo("ann"));
        assertThat(ingest.ask("SELECT max(length(told::text)) < 1000 FROM langfuse_objects"))
                .isEqualTo("t");
    }

    @Test
    void whatIsIgnoredAddsUpToNoMoreThanThereIsRoomFor() throws Exception {
        ingest.ask("""
                INSERT INTO ignored_usage (account, day, signal, service, reason, records, tokens, last_at)
                SELECT 'team:drop-in', current_date, 'litellm', 'litellm', 'answered_from_cache', 1, 9223372036854775807, now()
                RETURNING 1
                """);

        post(
                "/api/litellm/events",
                "{\"id\":\"hit\",\"cache_hit\":true,\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2}");

        HttpResponse<String> ignored = ingest.get("/api/ingest/ignored", key);
        assertThat(ignored.statusCode()).isEqualTo(200);
        assertThat(ignored.body()).contains("9223372036854775807");
        assertThat(ingest.get("/api/ingest/ignored?since=%2B999999-01-01", key).statusCode())
                .isEqualTo(400);
    }

    @Test
    void sdksFindWhatTheyProbe() throws Exception {
        assertThat(ingest.get("/api/public/health").statusCode()).isEqualTo(200);
        assertThat(ingest.get("/api/public/projects").statusCode()).isEqualTo(401);
        HttpResponse<String> projects = ingest.get("/api/public/projects", key);
        assertThat(projects.body()).contains("\"data\":[{\"id\":\"team:drop-in\"");
        assertThat(projects.body()).contains("\"organization\":{\"id\":\"team:drop-in\"", "\"retentionDays\":0");
    }

    @Test
    void whatIsNoEventOfABatchOfLangfusesIsRefusedAndCostsNoneOfTheOthers() throws Exception {
        HttpResponse<byte[]> answer = langfuse(
                "7", event("generation-create", "{\"id\":\"g11\",\"model\":\"m\",\"usage\":{\"input\":4}}"), "[1]");

        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(body.path("successes")).hasSize(1);
        assertThat(body.path("errors"))
                .hasSize(2)
                .allSatisfy(error -> assertThat(error.path("status").intValue()).isEqualTo(400));
        assertThat(events()).extracting(UsageEvent::id).containsExactly("g11");
    }

    private static void assertIgnored(String key, String reason, long tokens) throws Exception {
        JsonNode list = MAPPER.readTree(ingest.get("/api/ingest/ignored", key).body());
        JsonNode ignored = list.path("ignored");
        assertThat(ignored).hasSize(1);
        assertThat(ignored.path(0).path("reason").textValue()).isEqualTo(reason);
        assertThat(ignored.path(0).path("tokens").longValue()).isEqualTo(tokens);
    }

    private HttpResponse<byte[]> langfuse(String... events) throws Exception {
        return post("/api/public/ingestion", batch(events));
    }

    /** As Langfuse's SDKs send a key. */
    private static String basic(String secret) {
        return "Basic " + Base64.getEncoder().encodeToString(("pk:" + secret).getBytes(UTF_8));
    }

    private static HttpResponse<byte[]> post(String path, String body) throws Exception {
        String basic = basic(key);
        return ingest.postBytes(
                path, path.startsWith("/api/public") ? basic : "Bearer " + key, JSON, body.getBytes(UTF_8), false);
    }

    private List<UsageEvent> events() {
        return tail.records().stream()
                .map(record -> UsageEventCodec.read(record.value()))
                .toList();
    }

    private static String batch(String... events) {
        return "{\"metadata\":{\"sdk_name\":\"x\"},\"batch\":[" + String.join(",", events) + "]}";
    }

    private static String event(String type, String body) {
        return eventAt("2026-11-25T10:00:00Z", type, body);
    }

    private static String eventAt(String time, String type, String body) {
        return "{\"id\":\"e\",\"type\":\"%s\",\"timestamp\":\"%s\",\"body\":%s}".formatted(type, time, body);
    }
}
