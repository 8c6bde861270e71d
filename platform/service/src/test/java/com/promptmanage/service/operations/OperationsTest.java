package com.promptmanage.service.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.Several;
import com.promptmanage.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;

class OperationsTest {

    private final AtomicBoolean databaseUp = new AtomicBoolean(true);

    private final Meters meters = new Meters();

    private final OpenApi description = OpenApi.of("Test", "2", List.of(OpenApi.OPERATIONS, "openapi/things.yaml"));

    private final Routes things = routes -> routes.get("/things/{thingId}", ctx -> ctx.json(Map.of()));

    private final HttpServer server = HttpServer.start(
            HttpServer.Options.onPort(0),
            List.of(
                    meters,
                    new HealthRoutes(Map.of("database", Check.of(databaseUp::get, "no connection"), "broken", () -> {
                        if (!databaseUp.get()) {
                            throw new IllegalStateException("secret detail");
                        }
                        return java.util.Optional.empty();
                    })),
                    new OpenApiRoutes(description),
                    things));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
        server.close();
        meters.close();
    }

    @Test
    void whatIsSentElsewhereIsNotWrittenDownHoweverMuchIsLogged() throws Exception {
        assertThat(shippedLevels()).containsEntry("org.apache.hc", "INFO");
    }

    /** A disk that fails, for one, is told by loggers that keep their level. */
    @Test
    void nothingIsSilentButWhatIsToldElsewhereToo() throws Exception {
        assertThat(shippedLevels())
                .containsEntry("kafka.server.ReplicaManager", "OFF")
                .allSatisfy((logger, level) -> assertThat(logger.equals("kafka.server.ReplicaManager"))
                        .as(logger)
                        .isEqualTo(level.equals("OFF")));
    }

    /** By the logger's name. */
    private Map<String, String> shippedLevels() throws Exception {
        try (var shipped = getClass().getResourceAsStream("/logback.xml")) {
            NodeList loggers = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(shipped)
                    .getElementsByTagName("logger");
            return IntStream.range(0, loggers.getLength())
                    .mapToObj(index -> loggers.item(index).getAttributes())
                    .collect(Collectors.toMap(
                            logger -> logger.getNamedItem("name").getNodeValue(),
                            logger -> logger.getNamedItem("level").getNodeValue()));
        }
    }

    @Test
    void isReadyWhenEveryCheckIs() throws Exception {
        assertThat(get("/health/live").body()).isEqualTo("{\"status\":\"up\"}");
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);

        databaseUp.set(false);

        var down = get("/health/ready");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body())
                .isEqualTo(
                        "{\"status\":\"down\",\"checks\":{\"broken\":{\"status\":\"down\",\"detail\":\"IllegalStateException\"},"
                                + "\"database\":{\"status\":\"down\",\"detail\":\"no connection\"}}}");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void aCheckThatHangsIsDown() throws Exception {
        try (var hanging =
                HttpServer.start(HttpServer.Options.onPort(0), List.of(new HealthRoutes(Map.of("kafka", () -> {
                    Thread.sleep(60_000);
                    return java.util.Optional.empty();
                }))))) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(hanging.baseUri() + "/health/ready"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.body()).contains("no answer within 3 s");
        }
    }

    @Test
    void measuresRequestsByRouteAndNotById() throws Exception {
        get("/things/1");
        get("/things/2");
        get("/nothing");

        // A request may have its answer a moment before it is counted.
        String counted =
                "http_server_requests_seconds_count{method=\"GET\",route=\"/things/{thingId}\",status=\"200\"} 2";
        Await.until(() -> assertThat(get("/metrics").body()).contains(counted));
        var metrics = get("/metrics");
        assertThat(metrics.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(metrics.body()).contains("jvm_memory_used_bytes").doesNotContain("/things/1", "/nothing");
    }

    @Test
    void describesExactlyWhatIsMounted() {
        assertThat(description.differencesFrom(server)).isEmpty();
    }

    @Test
    void noticesWhatIsNotDescribedAndWhatIsNotMounted() {
        Routes more = routes -> routes.post("/things/{id}", ctx -> {});
        try (var other = HttpServer.start(HttpServer.Options.onPort(0), List.of(things, more))) {
            assertThat(description.differencesFrom(other))
                    .contains(
                            "POST /things/{} is mounted, but not described",
                            "GET /metrics is described, but not mounted")
                    .doesNotContain("GET /things/{} is mounted, but not described");
        }
    }

    @Test
    void noticesAListThatIsTakenOnceAndWhatIsTakenSeveralTimesAndIsNoList() {
        OpenApi lists = OpenApi.of("Test", "2", List.of("openapi/lists.yaml"));
        Routes taking = routes -> {
            routes.get("/lists", ctx -> {}, Several.of("both", "taken", "by"));
            routes.post("/lists", ctx -> {}, Several.OF_ANY);
        };
        try (var other = HttpServer.start(HttpServer.Options.onPort(0), List.of(taking))) {
            assertThat(lists.differencesFrom(other))
                    .containsExactly(
                            "GET /lists is described with a list of 'described', but takes it once",
                            "GET /lists takes 'taken' several times, but is not described so");
        }
    }

    @Test
    void mergesTheParts() throws Exception {
        var document = Json.mapper().readTree(get("/openapi.json").body());

        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(document.path("paths").has("/things/{id}")).isTrue();
        assertThat(document.path("paths").has("/health/ready")).isTrue();
        assertThat(document.path("components").path("schemas").has("Problem")).isTrue();
        assertThatThrownBy(() -> OpenApi.of("Test", "2", List.of("openapi/things.yaml", "openapi/other-things.yaml")))
                .hasMessageContaining(
                        "openapi/other-things.yaml describes 'get', which another part describes differently");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        for (var part : List.of(List.of(OpenApi.OPERATIONS), List.of(OpenApi.OPERATIONS, OpenApi.ACCESS))) {
            assertThat(OpenApi.of("Test", "2", part).danglingReferences()).isEmpty();
        }
        assertThat(OpenApi.of("Test", "2", List.of(OpenApi.ACCESS)).danglingReferences())
                .containsExactly("#/components/responses/Problem");
    }

    @Test
    void showsAPageThatNeedsNoOtherHost() throws Exception {
        var page = get("/docs");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("http://", "https://").contains("/docs/swagger-ui-bundle.js");
        for (String file : List.of("swagger-ui-bundle.js", "swagger-ui.css", "start.js")) {
            assertThat(get("/docs/" + file).statusCode()).as(file).isEqualTo(200);
        }
        assertThat(get("/docs/swagger-initializer.js").statusCode()).isEqualTo(404);
        assertThat(get("/docs/..%2Fpom.xml").statusCode()).isBetween(400, 404);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.baseUri() + path)).build(), BodyHandlers.ofString());
    }
}
