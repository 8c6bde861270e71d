package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.otlp.Protobuf;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Senders that tell their usage by metrics alone, and say so. */
class MetricsOnlyTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final String PROTOBUF = "application/x-protobuf";

    private static RunningIngest patient;

    private RunningIngest ingest;

    private String account;

    private String key;

    private Instant since;

    private TopicTail tail;

    @BeforeAll
    static void begin() throws Exception {
        patient = RunningIngest.withDefaults();
    }

    @AfterAll
    static void end() {
        patient.close();
    }

    @BeforeEach
    void begins() throws Exception {
        declareAt(patient);
        tail = ingest.tail();
    }

    /** What follows goes there, with a key of an account of its own. */
    private void declareAt(RunningIngest service) throws Exception {
        ingest = service;
        account = "metrics" + System.nanoTime();
        String secret = ingest.key(NewKey.of("metrics", Account.team(account)));
        key = "Bearer " + secret;
        HttpResponse<byte[]> set = ingest.put(
                "/api/ingest/keys/%s/attributes".formatted(ingest.keyId(secret)),
                key,
                "{\"attributes\":[],\"metricsOnly\":true}".getBytes(UTF_8));
        assertThat(set.statusCode()).isEqualTo(200);
        assertThat(ingest.get("/api/ingest/keys/%s/attributes".formatted(ingest.keyId(secret)), secret)
                        .body())
                .isEqualTo("{\"attributes\":[],\"metricsOnly\":true}");
        since = Instant.now();
    }

    @AfterEach
    void closeTail() {
        tail.close();
    }

    @Test
    void sumsSinceThePointBeforeCountOnceInEitherFormAndSpansNotAtAll() throws Exception {
        JsonNode export = export(
                "{\"service.name\":\"app\",\"team.id\":\"search\"}",
                "gen_ai.client.token.usage",
                "histogram",
                1,
                point("gen_ai.token.type", "input", 0, 10, "\"count\":3,\"sum\":1000.0"),
                point("gen_ai.token.type", "output", 0, 10, "\"count\":3,\"sum\":200.0"),
                point("gen_ai.token.type", "input", 10, 20, "\"count\":1,\"sum\":70.0"));

        assertThat(send("/v1/metrics", JSON, MAPPER.writeValueAsBytes(export)).statusCode())
                .isEqualTo(200);
        assertThat(send("/v1/metrics", PROTOBUF, Protobuf.of(export)).statusCode())
                .isEqualTo(200);
        JsonNode span = MAPPER.readTree("""
                {"resourceSpans":[{"resource":{"attributes":{"service.name":"app"}},"scopeSpans":[{"spans":[
                 {"traceId":"%s","spanId":"%s","name":"chat","endTimeUnixNano":"%s",
                  "attributes":{"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":1000}}]}]}]}
                """.formatted("a".repeat(32), "b".repeat(16), nanos(since, 1)));
        Protobuf.spellOutAttributes(span);
        assertThat(send("/v1/traces", PROTOBUF, Protobuf.of(span)).statusCode()).isEqualTo(200);

        Map<String, TokenCounts> unique = unique(published());
        assertThat(unique.values())
                .containsExactlyInAnyOrder(TokenCounts.ofInputOutput(1000, 200), TokenCounts.ofInputOutput(70, 0));
        assertThat(ingest.get("/api/ingest/ignored?teamId=" + account, key.substring("Bearer ".length()))
                        .body())
                .contains("told_by_metrics", "\"tokens\":1000");
    }

    @Test
    void sumsThatGrowCountWhatTheyGrowByThroughRepeatsLatecomersAndRestarts() throws Exception {
        // input, output, cacheRead; the process starts after the key was declared.
        claude(1, 60, 100, 10, 1000);
        claude(1, 60, 100, 10, 1000);
        claude(1, 180, 300, 40, 5000);
        claude(1, 120, 200, 20, 2000);
        claude(1, 180, 300, 40, 5000);
        // It starts anew.
        claude(200, 260, 7, 1, 0);
        claude(200, 320, 9, 3, 0);

        Map<String, TokenCounts> unique = unique(inOutbox());
        long input = 0;
        long output = 0;
        long cached = 0;
        for (TokenCounts counts : unique.values()) {
            input += counts.get(TokenKind.INPUT);
            output += counts.get(TokenKind.OUTPUT);
            cached += counts.get(TokenKind.CACHE_READ);
        }
        assertThat(List.of(input, output, cached)).containsExactly(309L, 43L, 5000L);
        assertThat(unique).hasSize(4);
        UsageEvent event = inOutbox().getFirst();
        assertThat(event.account()).isEqualTo(Account.team(account));
        assertThat(event.usage().userId()).isEqualTo("ann@example.com");
        assertThat(event.usage().model()).isEqualTo("claude-sonnet-4-5");
        assertThat(event.usage().provider()).isEqualTo("anthropic");
        assertThat(published()).isEmpty();
    }

    @Test
    void whatAMembersAgentSumsUpIsTheirs() throws Exception {
        ingest.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.empty()));
        ingest.people().ensureTeam(new NewTeam(account, "Metrics", account, "UTC"));
        ingest.people().ensureMember(account, "usr_ann", Role.VIEWER);

        claude(1, 60, 100, 10, 1000);

        assertThat(inOutbox())
                .singleElement()
                .satisfies(event -> assertThat(event.usage().userId()).isEqualTo("usr_ann"));
    }

    @Test
    void whatWasSummedUpBeforeTheKeyWasDeclaredIsLeftOut() throws Exception {
        claude(-3_600, 10, 5_000, 100, 0);
        claude(-3_600, 20, 5_001, 100, 0);

        assertThat(unique(inOutbox()).values()).containsExactly(TokenCounts.ofInputOutput(1, 0));
    }

    @Test
    void whoDoesNotTellItsStartHasBegunAnewWhenALaterSumIsSmaller() throws Exception {
        String resource = "{\"service.name\":\"gemini-cli\"}";
        for (int[] told : new int[][] {{10, 100}, {20, 150}, {20, 150}, {15, 120}, {30, 40}}) {
            JsonNode export = export(
                    resource,
                    "gemini_cli.token.usage",
                    "sum",
                    2,
                    "{\"timeUnixNano\":\"%s\",\"asInt\":\"%d\",\"attributes\":{\"type\":\"output\",\"model\":\"gemini-2.5-pro\"}}"
                            .formatted(nanos(since, told[0]), told[1]));
            assertThat(send("/v1/metrics", JSON, MAPPER.writeValueAsBytes(export))
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(unique(inOutbox()).values())
                .as("50 since the first, and 40 since it has begun anew")
                .containsExactlyInAnyOrder(TokenCounts.ofInputOutput(0, 50), TokenCounts.ofInputOutput(0, 40));
    }

    @Test
    void whileTheDatabaseStandsStillASenderIsToldSoInTimeAndItsSumsCountOnce() throws Exception {
        try (RunningIngest hurried = RunningIngest.ofUsualWaits()) {
            declareAt(hurried);
            standsStill(claudeExport(1, 60, 100, 10, 1000));
        }
    }

    private void standsStill(JsonNode sums) throws Exception {
        String secret = ingest.key(NewKey.of("new", Account.team(account)));
        // What the key has set is known from here on.
        awaitTaken(new byte[0]);
        try (Connection other = ingest.database().connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE counted_series, key_attributes IN ACCESS EXCLUSIVE MODE");

            HttpResponse<byte[]> refused = send("/v1/metrics", PROTOBUF, Protobuf.of(sums));
            assertIsToSendAgain(refused, "the database is slow: send it again");
            assertIsToSendAgain(
                    ingest.postBytes("/v1/metrics", "Bearer " + secret, PROTOBUF, new byte[0], false),
                    "The database does not answer just now: ask again");
            other.rollback();
        }

        awaitTaken(Protobuf.of(sums));
        Await.until(() -> assertThat(unique(inOutbox()).values())
                .containsExactly(TokenCounts.ofInputOutput(100, 10).with(TokenKind.CACHE_READ, 1000)));
    }

    /** A machine that stands still is told of as the database is. */
    private void awaitTaken(byte[] metrics) throws Exception {
        Await.until(() ->
                assertThat(send("/v1/metrics", PROTOBUF, metrics).statusCode()).isEqualTo(200));
    }

    /** Not because a lock was given up, which takes much longer here. */
    private static void assertIsToSendAgain(HttpResponse<byte[]> answer, String why) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 10L);
        assertThat(answer.body()).asString(UTF_8).contains(why);
    }

    @Test
    void whatCannotBeCountedIsTold() throws Exception {
        JsonNode sinceWhen = export(
                "{}",
                "gen_ai.client.token.usage",
                "histogram",
                0,
                point("gen_ai.token.type", "input", 0, 9, "\"sum\":1"));
        JsonNode nameless = export(
                "{}",
                "gen_ai.client.token.usage",
                "histogram",
                1,
                point("gen_ai.token.type", "input", 0, 9, "\"sum\":1").replace("gen_ai.request.model", "nothing"));

        assertThat(rejected(sinceWhen)).isEqualTo("1");
        assertThat(rejected(nameless)).isEqualTo("1");
        assertThat(published()).isEmpty();
    }

    private String rejected(JsonNode export) throws Exception {
        return MAPPER.readTree(send("/v1/metrics", JSON, MAPPER.writeValueAsBytes(export))
                        .body())
                .path("partialSuccess")
                .path("rejectedDataPoints")
                .asText();
    }

    private void claude(long startSeconds, long endSeconds, long input, long output, long cacheRead) throws Exception {
        JsonNode export = claudeExport(startSeconds, endSeconds, input, output, cacheRead);
        assertThat(send("/v1/metrics", PROTOBUF, Protobuf.of(export)).statusCode())
                .isEqualTo(200);
    }

    private JsonNode claudeExport(long startSeconds, long endSeconds, long input, long output, long cacheRead)
            throws Exception {
        return export(
                "{\"service.name\":\"claude-code\"}",
                "claude_code.token.usage",
                "sum",
                2,
                agentPoint("input", startSeconds, endSeconds, input),
                agentPoint("output", startSeconds, endSeconds, output),
                agentPoint("cacheRead", startSeconds, endSeconds, cacheRead));
    }

    private String agentPoint(String type, long startSeconds, long endSeconds, long sum) {
        return """
                {"startTimeUnixNano":"%s","timeUnixNano":"%s","asInt":"%d","attributes":
                 {"type":"%s","model":"claude-sonnet-4-5","user.email":"ann@example.com","session.id":"s1"}}
                """.formatted(nanos(since, startSeconds), nanos(since, endSeconds), sum, type);
    }

    private String point(String typeName, String type, long startSeconds, long endSeconds, String sum) {
        return """
                {"startTimeUnixNano":"%s","timeUnixNano":"%s",%s,"attributes":
                 {"%s":"%s","gen_ai.request.model":"gpt-4o","gen_ai.provider.name":"openai"}}
                """.formatted(nanos(since, startSeconds), nanos(since, endSeconds), sum, typeName, type);
    }

    private static JsonNode export(String resource, String name, String kind, int temporality, String... points)
            throws Exception {
        JsonNode export = MAPPER.readTree("""
                {"resourceMetrics":[{"resource":{"attributes":%s},"scopeMetrics":[{"metrics":[
                 {"name":"%s","%s":{"dataPoints":[%s],"aggregationTemporality":%d,"isMonotonic":true}}]}]}]}
                """.formatted(resource, name, kind, String.join(",", points), temporality));
        Protobuf.spellOutAttributes(export);
        return export;
    }

    private static String nanos(Instant from, long seconds) {
        Instant time = from.plusSeconds(seconds);
        return "%d%09d".formatted(time.getEpochSecond(), time.getNano());
    }

    private HttpResponse<byte[]> send(String path, String contentType, byte[] body) throws Exception {
        return ingest.postBytes(path, key, contentType, body, false);
    }

    private List<UsageEvent> published() {
        return tail.records().stream()
                .map(record -> UsageEventCodec.read(record.value()))
                .toList();
    }

    /** Nobody takes the outbox to Kafka here. */
    private List<UsageEvent> inOutbox() {
        List<byte[]> values = ingest.database()
                .asSystem(handle -> handle.createQuery(
                                "SELECT record_value FROM outbox WHERE topic = 'usage.events' ORDER BY id")
                        .mapTo(byte[].class)
                        .list());
        var events = new ArrayList<UsageEvent>();
        for (byte[] value : values) {
            UsageEvent event = UsageEventCodec.read(value);
            if (event.account().equals(Account.team(account))) {
                events.add(event);
            }
        }
        return events;
    }

    private static Map<String, TokenCounts> unique(List<UsageEvent> events) {
        var unique = new HashMap<String, TokenCounts>();
        events.forEach(event ->
                unique.put(event.source() + " " + event.id(), event.usage().tokens()));
        return unique;
    }
}
