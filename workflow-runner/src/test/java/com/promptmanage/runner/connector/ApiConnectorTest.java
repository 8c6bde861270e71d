package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Failure.Kind;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiConnectorTest {

    private static final ApiConnector API = new ApiConnector(TestPlaces.SENDER);

    private final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void recordsAreTakenFromWhereThePathLeads() throws Exception {
        server.thenJson(200, "{\"data\":{\"items\":[{\"id\":1},{\"id\":2}]}}");

        assertThat(all("\"responsePath\":\"$.data.items[*]\"")).hasToString("[{\"id\":1}, {\"id\":2}]");
        assertThat(all("\"responsePath\":\"$.data.items\"")).hasToString("[{\"id\":1}, {\"id\":2}]");
        assertThat(all("\"responsePath\":\"$.nothing\"")).isEmpty();
    }

    @Test
    void pagesByNumberAreReadToTheLast() throws Exception {
        server.thenJson(200, "{\"total_pages\":2,\"d\":[{\"id\":1},{\"id\":2}]}")
                .thenJson(200, "{\"total_pages\":2,\"d\":[{\"id\":3}]}");

        List<JsonNode> records = all(
                "\"responsePath\":\"$.d\",\"pagination\":{\"type\":\"page\",\"pageSize\":2,\"totalPagesPath\":\"total_pages\"}");

        assertThat(records).hasSize(3);
        assertThat(server.asked())
                .extracting(asked -> asked.uri().getQuery())
                .containsExactly("page=1&per_page=2", "page=2&per_page=2");
    }

    @Test
    void pagesByOffsetEndWithOneThatIsEmpty() throws Exception {
        server.thenJson(200, "[{\"id\":1},{\"id\":2}]")
                .thenJson(200, "[{\"id\":3}]")
                .thenJson(200, "[]");

        assertThat(all("\"pagination\":{\"type\":\"offset\",\"pageSize\":2}")).hasSize(3);
        assertThat(server.asked())
                .extracting(asked -> asked.uri().getQuery())
                .containsExactly("limit=2&offset=0", "limit=2&offset=2", "limit=2&offset=3");
    }

    @Test
    void anApiThatGivesFewerAtATimeThanItIsAskedForIsReadToItsEnd() throws Exception {
        List<String> types = List.of("page", "offset");
        types.forEach(type -> server.thenJson(200, "[{\"id\":1},{\"id\":2}]")
                .thenJson(200, "[{\"id\":3},{\"id\":4}]")
                .thenJson(200, "[{\"id\":5}]")
                .thenJson(200, "[]"));

        for (String type : types) {
            assertThat(all("\"pagination\":{\"type\":\"%s\",\"pageSize\":50}".formatted(type)))
                    .as(type)
                    .hasSize(5);
        }
        assertThat(server.asked())
                .extracting(asked -> asked.uri().getQuery())
                .startsWith("page=1&per_page=50", "page=2&per_page=50", "page=3&per_page=50", "page=4&per_page=50")
                .endsWith("limit=50&offset=0", "limit=50&offset=2", "limit=50&offset=4", "limit=50&offset=5");
    }

    @Test
    void aPageThatIsRefusedBehindOneThatWasNotFullIsTheEndAndAnyOtherIsNot() throws Exception {
        String paged = "\"pagination\":{\"type\":\"page\",\"pageSize\":2}";
        server.thenJson(200, "[{\"id\":1}]").thenJson(404, "{}").thenJson(200, "[{\"id\":1}]");

        assertThat(all(paged)).hasSize(1);
        server.thenJson(503, "{}").thenJson(200, "[{\"id\":1},{\"id\":2}]");
        assertThatFailure(() -> all(paged))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT));
        server.thenJson(404, "{}");
        assertThatFailure(() -> all(paged))
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.PERMANENT));
    }

    @Test
    void anApiThatKnowsOfNoPagesIsReadOnce() throws Exception {
        server.thenJson(200, "[{\"id\":1}]");
        assertThat(all("\"pagination\":{\"type\":\"page\"}")).hasSize(1);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void anApiThatGivesAllOfItsRecordsHoweverFewItIsAskedForIsReadOnce() throws Exception {
        String records = "[{\"id\":1},{\"id\":2},{\"id\":3}]";
        server.thenJson(200, records).thenJson(200, records).thenJson(200, "[]");

        assertThat(all("\"pagination\":{\"type\":\"page\",\"pageSize\":2}")).hasSize(3);
        assertThat(server.asked()).hasSize(2);
    }

    /** Else a clock in it would make each a new one. */
    @Test
    void anAnswerThatIsNoListIsAllThatThereIs() throws Exception {
        server.thenJson(200, "{\"at\":1}").thenJson(200, "{\"at\":2}");

        assertThat(all("\"pagination\":{\"type\":\"page\"}")).hasSize(1);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void pagesByCursorEndWithoutOneOrWithTheSameAgainAndNothingElse() throws Exception {
        server.thenJson(200, "{\"d\":[{\"id\":1}],\"meta\":{\"next\":\"a b\"}}")
                .thenJson(200, "{\"d\":[{\"id\":2},{\"id\":3}],\"meta\":{\"next\":\"c\"}}")
                .thenJson(200, "{\"d\":[],\"meta\":{\"next\":\"c\"}}");

        List<JsonNode> records = all(
                "\"responsePath\":\"$.d\",\"pagination\":{\"type\":\"cursor\",\"nextCursorPath\":\"meta.next\",\"cursorParam\":\"after\"}");

        assertThat(records).hasSize(3);
        assertThat(server.asked())
                .extracting(asked -> asked.uri().getRawQuery())
                .containsExactly("limit=100", "after=a+b&limit=100", "after=c&limit=100");
    }

    @Test
    void anApiThatGivesTheSamePageAgainAndAgainIsNotReadTwice() {
        server.thenJson(200, "{\"d\":[{\"id\":1}],\"meta\":{\"next\":\"a\"}}");

        assertThatFailure(
                        () -> all(
                                "\"responsePath\":\"$.d\",\"pagination\":{\"type\":\"cursor\",\"nextCursorPath\":\"meta.next\"}"))
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
                    assertThat(failure.message()).contains("cursor", "again", "cursorParam");
                });
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void anOrderByWhatNoRecordHasIsRefused() throws Exception {
        server.thenJson(200, "[{\"id\":2,\"n\":{\"m\":1}},{\"id\":1}]");
        try (Session session = open("", Map.of())) {
            assertThatFailure(
                            () -> Reading.all(session, new Query(List.of(), List.of(), "creatd DESC", null, Map.of())))
                    .satisfies(failure -> {
                        assertThat(failure.kind()).isEqualTo(Kind.VALIDATION);
                        assertThat(failure.message()).contains("'creatd'", "id, n");
                    });
            assertThat(Reading.all(session, new Query(List.of(), List.of(), "n.m", null, Map.of())))
                    .hasSize(2);
        }
    }

    @Test
    void noPageIsReadBeyondTheLimit() throws Exception {
        server.thenJson(200, "[{\"id\":1},{\"id\":2}]");
        try (Session session = open("\"pagination\":{\"type\":\"offset\",\"pageSize\":2}", Map.of())) {
            assertThat(Reading.all(session, new Query(List.of(), List.of(), null, 2, Map.of())))
                    .hasSize(2);
        }
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void eachKindOfCredentialIsSentInItsWay() throws Exception {
        server.thenJson(200, "[]");

        for (Map<String, String> secrets : List.of(
                Map.of("token", "token-123456"),
                Map.of("apiKey", "key-123456"),
                Map.of("username", "ada", "password", "pass-123456"))) {
            try (Session session = open("", secrets)) {
                session.test();
            }
        }

        assertThat(server.asked().get(0).header("Authorization")).isEqualTo("Bearer token-123456");
        assertThat(server.asked().get(1).header("X-api-key")).isEqualTo("key-123456");
        assertThat(server.asked().get(2).header("Authorization"))
                .isEqualTo("Basic "
                        + Base64.getEncoder().encodeToString("ada:pass-123456".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aCredentialIsSentInPlaceOfAHeaderOfItsName() throws Exception {
        server.thenJson(200, "[]");

        try (Session session = open("\"headers\":{\"authorization\":\"Basic old\"}", Map.of("token", "token-123456"))) {
            session.test();
        }

        assertThat(server.last().headers().get("Authorization")).containsExactly("Bearer token-123456");
    }

    @Test
    void aSecretIsNeverInAnError() throws Exception {
        server.thenJson(401, "{\"message\":\"the key key-123456 is not known\"}");

        assertThatFailure(() -> open("", Map.of("apiKey", "key-123456")).test()).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.AUTH);
            assertThat(failure.message() + failure.details())
                    .contains("[secret]")
                    .doesNotContain("key-123456");
        });
    }

    @Test
    void anAnswerThatIsTooLargeIsNotTaken() throws Exception {
        server.then(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            byte[] piece = "{\"a\":\"b\"},".repeat(10_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 1_000; i++) {
                exchange.getResponseBody().write(piece);
            }
        });

        assertThatFailure(() -> all("")).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
            assertThat(failure.message()).contains("larger than");
        });
    }

    @Test
    void whatIsNotJsonIsToldSo() throws Exception {
        server.thenJson(200, "{\"a\": [1, 2").thenJson(200, "{\"a\":".repeat(100_000));

        for (int i = 0; i < 2; i++) {
            assertThatFailure(() -> all(""))
                    .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.VALIDATION));
        }
    }

    @Test
    void aSlowAnswerIsGivenUp() throws Exception {
        server.then(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                for (int i = 0; i < 1_000; i++) {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        // A machine that has much to do may take all of the time for the connection: then once more.
        Await.until(() -> {
            Session session = TestPlaces.open(API, config(""), Map.of(), Duration.ofMillis(200));
            assertThatFailure(session::test)
                    .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.AMBIGUOUS));
        });
    }

    @Test
    void anAddressInsideIsRefusedWhenItIsSavedAndWhenItIsCalled() {
        try (var guarded = new Outbound(OutboundSettings.DEFAULTS)) {
            var api = new ApiConnector(new HttpSender(guarded, Clock.systemUTC()));
            for (String url : List.of(
                    server.url("/"),
                    "http://169.254.169.254/latest",
                    "http://[::1]/",
                    "http://0x7f.1/",
                    "file:///etc/passwd")) {
                var faults = new Faults();
                String config = "{\"url\":\"%s\"}".formatted(url);
                api.check(TestPlaces.json(config), "config.", faults);

                assertThat(faults.isEmpty()).as(url).isFalse();
                assertThatFailure(() -> TestPlaces.open(api, config, Map.of()).test())
                        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.PERMANENT));
            }
            assertThat(server.asked()).isEmpty();
        }
    }

    @Test
    void everythingWrongWithAConfigurationIsToldAtOnce() {
        var faults = new Faults();

        API.check(
                TestPlaces.json(
                        "{\"method\":\"TRACE\",\"responsePath\":\"$.a[?(@.b =~ /(a+)+$/)]\",\"pagination\":{\"type\":\"all\"}}"),
                "config.",
                faults);

        assertThat(faults.list())
                .extracting(com.promptmanage.service.http.Fault::field)
                .containsExactly("config.url", "config.method", "config.responsePath", "config.pagination.type");
    }

    /** The first of them would be followed to 2^60 places of an answer of a hundred brackets. */
    @Test
    void aPathThatNoProcessorIsDoneWithIsRefusedAndOneThatChoosesIsNot() {
        for (String path : List.of(
                "$" + "[0,0]".repeat(60),
                "$['a]','a]']['a]','a]']",
                "$.a[?(@.b in $.c)]",
                "$.a[?(@.b SubsetOf @.c)]",
                "$.concat($.a)",
                "$..a")) {
            assertThat(faultsOfPath(path)).as(path).containsExactly("config.responsePath");
        }
        for (String path : List.of("$['a']['b c'][0]", "$.a[1:3]", "$.a[?(@.n > 2 && (@.t == 'x' || @.t == 'y'))]")) {
            assertThat(faultsOfPath(path)).as(path).isEmpty();
        }
    }

    @Test
    void aRecordIsSentWithItsKeyAndUpdatedAtItsId() throws Exception {
        server.thenJson(201, "{\"id\":\"r1\",\"name\":\"Ada\"}").thenJson(200, "{}");
        try (Session session = open("", Map.of())) {
            Written created = session.write(TestPlaces.write(Operation.CREATE, "{\"name\":\"Ada\"}"));
            session.write(update("r/1"));

            assertThat(created.ids()).containsExactly("r1");
            for (String id : List.of(".", "..")) {
                assertThatFailure(() -> session.write(update(id)))
                        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.VALIDATION));
            }
        }
        assertThat(server.asked().get(0).header("Idempotency-key")).isEqualTo("exe_1/node/0");
        assertThat(server.asked().get(1).method()).isEqualTo("PATCH");
        assertThat(server.asked().get(1).uri().getRawPath()).isEqualTo("/records/r%2F1");
    }

    /** To fail would have it written again. */
    @Test
    void whatIsWrittenIsWrittenAlsoIfTheAnswerIsNotTheJsonThatItSays() throws Exception {
        server.thenJson(201, "<html>taken</html>");
        try (Session session = open("", Map.of())) {
            Written created = session.write(TestPlaces.write(Operation.CREATE, "{\"name\":\"Ada\"}"));

            assertThat(created.count()).isEqualTo(1);
            assertThat(created.ids()).isEmpty();
        }
    }

    private static WriteRequest update(String id) {
        return new WriteRequest(
                Operation.UPDATE,
                Optional.empty(),
                Optional.of(id),
                Map.of(),
                TestPlaces.write(Operation.UPDATE, "{\"name\":\"Bea\"}").record(),
                Map.of(),
                "k2");
    }

    private List<String> faultsOfPath(String path) {
        var faults = new Faults();
        API.check(TestPlaces.json(config("\"responsePath\":\"%s\"".formatted(path))), "config.", faults);
        return faults.list().stream()
                .map(com.promptmanage.service.http.Fault::field)
                .toList();
    }

    private List<JsonNode> all(String more) throws ConnectorException, InterruptedException {
        try (Session session = open(more, Map.of())) {
            return Reading.all(session, Query.ALL);
        }
    }

    private Session open(String more, Map<String, String> secrets) throws ConnectorException {
        return TestPlaces.open(API, config(more), secrets);
    }

    private String config(String more) {
        return "{\"url\":\"%s\"%s}".formatted(server.url("/records"), more.isEmpty() ? "" : "," + more);
    }

    private static ObjectAssert<Failure> assertThatFailure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOf(ConnectorException.class)
                .asInstanceOf(type(ConnectorException.class))
                .extracting(ConnectorException::failure, type(Failure.class));
    }
}
