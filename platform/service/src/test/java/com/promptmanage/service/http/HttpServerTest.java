package com.promptmanage.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {

    private static final int BODY_BYTES_MAX = 100_000;

    enum Level {
        LOW,
        HIGH
    }

    record Thing(String name, int count, long costNanoUsd, Instant at, Optional<Level> level, List<String> tags) {}

    /** Whether the server says of an answer that was given up that another thread goes on with it. */
    private final CompletableFuture<Boolean> looksUnderWay = new CompletableFuture<>();

    private final Routes things = routes -> {
        routes.post("/things", ctx -> ctx.status(201).json(RequestBody.json(ctx, Thing.class)));
        routes.post("/any", ctx -> ctx.json(RequestBody.json(ctx, JsonNode.class)));
        routes.post("/bytes", ctx -> ctx.json(Map.of("length", RequestBody.bytes(ctx).length)));
        routes.get("/things/{id}", ctx -> {
            throw ProblemException.notFound("There is no thing " + ctx.pathParam("id"));
        });
        routes.get(
                "/thread",
                ctx -> ctx.json(Map.of("virtual", Thread.currentThread().isVirtual())));
        routes.get("/broken", ctx -> {
            throw new IllegalStateException("secret detail");
        });
        routes.get("/begun", ctx -> {
            ctx.header("Content-Disposition", "attachment").contentType("text/csv");
            ctx.res().getOutputStream().write("half of it".getBytes(StandardCharsets.UTF_8));
            throw new IllegalStateException("on the second page");
        });
        routes.get("/under-way", ctx -> {
            ctx.res().getOutputStream().write(new byte[1 << 20]);
            ctx.res().flushBuffer();
            throw new IllegalStateException("on the second page");
        });
        routes.get("/given-up", ctx -> {
            ctx.res().getOutputStream().write(new byte[1 << 20]);
            ctx.res().flushBuffer();
            RawAnswer.breakOff(ctx);
            looksUnderWay.complete(ctx.req().isAsyncStarted());
        });
        routes.get("/deep", ctx -> {
            throw new StackOverflowError();
        });
        routes.get("/away", ctx -> {
            throw new UnavailableException(
                    "The thing store is away.", Duration.ofMillis(1200), new IOException("10.0.0.7"));
        });
        routes.get("/locked", ctx -> {
            String sealed = new SecretBox(SecretKeys.of("lost", new byte[32])).seal("table/1", "s3cret");
            new SecretBox(SecretKeys.of("other", new byte[32])).open("table/1", sealed);
        });
        routes.get("/found", ctx -> ctx.json(ctx.queryParamMap()), Several.of("tag", "filter"));
        routes.post("/passed-on", ctx -> ctx.json(ctx.queryParamMap()), Several.OF_ANY);
        routes.get("/busy", ctx -> {
            throw ProblemException.rateLimited("Slow down.", Duration.ofSeconds(7));
        });
    };

    private final HttpServer server = HttpServer.start(
            HttpServer.Options.onPort(0).withBodyBytesMax(BODY_BYTES_MAX).withDiscardMax(Duration.ofMinutes(1)),
            List.of(things));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void writesRecordsInOneForm() throws Exception {
        var answer = post("/things", """
                {"name":"a","count":1,"costNanoUsd":9007199254740993,"at":"2026-11-24T13:00:00+01:00","level":"HIGH","tags":[]}
                """);

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("""
                        {"name":"a","count":1,"costNanoUsd":9007199254740993,"at":"2026-11-24T12:00:00Z","level":"HIGH","tags":[]}""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"name":"a","name":"b"}                 | body  | Duplicate
                    {"name":1}                              | name  | String
                    {"count":"1"}                           | count | int
                    {"count":1.5}                           | count | int
                    {"count":99999999999}                   | count | range
                    {"count":NaN}                           | body  | no number
                    {"at":"yesterday"}                      | at    | yesterday
                    {"level":"MIDDLE"}                      | level | MIDDLE
                    {"tags":["a",2]}                        | tags[1] | String
                    {"nmae":"a","count":1,"costNanoUsd":1}  | nmae  | is not known here
                    {"name":                                | body  | end-of-input
                    {"count":1,"costNanoUsd":1} {}          | body  | Trailing
                    {"name":"a","costNanoUsd":1}            | count | null
                    null                                    | body  | is null
                    [1,2                                    | body  | line 1
                    [1]                                     | body  | is a list
                    {"tags":{"a":1}}                        | tags  | is an object
                    """)
    void saysWhereABodyIsWrong(String body, String field, String said) throws Exception {
        var answer = post("/things", body);

        JsonNode problem = problemIn(answer, 400, "invalid_request");
        JsonNode error = problem.path("errors").path(0);
        assertThat(error.path("field").asText()).isEqualTo(field);
        assertThat(error.path("detail").asText()).containsIgnoringCase(said);
        assertThat(error.path("remedy").asText()).isNotBlank();
        assertThat(answer.body()).doesNotContain("com.promptmanage", "java.", "jackson", "Feature");
    }

    @Test
    void refusesJsonThatIsNestedTooDeep() throws Exception {
        problemIn(post("/things", "[".repeat(10_000)), 400, "invalid_request");
    }

    @Test
    void countsABodyAfterInflation() throws Exception {
        byte[] fits = gzip(new byte[BODY_BYTES_MAX]);
        byte[] bomb = gzip(new byte[50 << 20]);

        assertThat(send("POST", "/bytes", BodyPublishers.ofByteArray(fits), "Content-Encoding", "gzip")
                        .body())
                .isEqualTo("{\"length\":100000}");
        problemIn(
                send("POST", "/bytes", BodyPublishers.ofByteArray(bomb), "Content-Encoding", "gzip"),
                413,
                "body_too_large");
        problemIn(
                send("POST", "/bytes", BodyPublishers.ofByteArray(new byte[BODY_BYTES_MAX + 1])),
                413,
                "body_too_large");
    }

    @Test
    void countsABodyOfUnknownLengthToo() throws Exception {
        var chunked = BodyPublishers.ofByteArrays(List.of(new byte[BODY_BYTES_MAX], new byte[1]));

        problemIn(send("POST", "/bytes", chunked), 413, "body_too_large");
    }

    @Test
    void refusesPackingItDoesNotKnowAndPackingThatIsBroken() throws Exception {
        var plain = BodyPublishers.ofString("plain");
        byte[] cut = java.util.Arrays.copyOf(gzip(new byte[1000]), 20);

        problemIn(send("POST", "/bytes", plain, "Content-Encoding", "br"), 415, "unsupported_media_type");
        problemIn(send("POST", "/bytes", plain, "Content-Encoding", "gzip"), 400, "invalid_request");
        problemIn(
                send("POST", "/bytes", BodyPublishers.ofByteArray(cut), "Content-Encoding", "gzip"),
                400,
                "invalid_request");
        problemIn(send("POST", "/things", plain, "Content-Type", "text/xml"), 415, "unsupported_media_type");
    }

    @Test
    void answersWhatDoesNotExistAsAProblem() throws Exception {
        assertThat(problemIn(get("/things/7"), 404, "not_found").path("detail").asText())
                .isEqualTo("There is no thing 7");
        problemIn(get("/nothing"), 404, "not_found");
    }

    @Test
    void namesTheMethodsThatAnAddressTakes() throws Exception {
        var wrong = send("DELETE", "/things/7", BodyPublishers.noBody());
        problemIn(wrong, 405, "method_not_allowed");
        assertThat(wrong.headers().firstValue("Allow")).hasValue("GET, HEAD, OPTIONS");

        var options = send("OPTIONS", "/things", BodyPublishers.noBody());
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("Allow")).hasValue("OPTIONS, POST");

        var head = send("HEAD", "/thread", BodyPublishers.noBody());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();

        problemIn(send("OPTIONS", "/nothing", BodyPublishers.noBody()), 404, "not_found");
    }

    @Test
    void takesAMethodFromNoHeader() throws Exception {
        var asItself = send("GET", "/thread", BodyPublishers.noBody(), "X-HTTP-Method-Override", "DELETE");
        assertThat(asItself.statusCode()).isEqualTo(200);

        var wrong = send("DELETE", "/thread", BodyPublishers.noBody(), "x-http-method-override", "GET");
        problemIn(wrong, 405, "method_not_allowed");
    }

    @Test
    void keepsItsInsidesToItself() throws Exception {
        var answer = get("/broken");

        problemIn(answer, 500, "unexpected");
        assertThat(answer.body()).doesNotContain("secret detail", "IllegalState", "at com.");
        problemIn(get("/deep"), 500, "unexpected");
    }

    @Test
    void saysWhenToComeAgain() throws Exception {
        var away = get("/away");
        problemIn(away, 503, "unavailable");
        assertThat(away.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(away.body()).doesNotContain("10.0.0.7");

        var locked = get("/locked");
        problemIn(locked, 503, "unavailable");
        assertThat(locked.headers().firstValue("Retry-After")).hasValue("300");
        assertThat(locked.body()).contains("its key is missing").doesNotContain("table/1", "'lost'");

        var busy = get("/busy");
        problemIn(busy, 429, "rate_limited");
        assertThat(busy.headers().firstValue("Retry-After")).hasValue("7");
    }

    @Test
    void whatIsWrongIsToldInFewWordsHoweverLongItIs() throws Exception {
        String name = "\"%s\":1".formatted("a".repeat(45_000));

        var answer = post("/any", "{%s,%s}".formatted(name, name));

        problemIn(answer, 400, "invalid_request");
        assertThat(answer.body()).contains("Duplicate").hasSizeLessThan(2_000);
    }

    @Test
    void anAnswerThatFailsHalfWayNeverLooksWhole() throws Exception {
        var begun = get("/begun");

        problemIn(begun, 500, "unexpected");
        assertThat(begun.headers().firstValue("Content-Disposition")).isEmpty();
        assertThatThrownBy(() -> get("/under-way")).isInstanceOf(IOException.class);
    }

    /** If it did, the framework would ask for what that thread has of it, and log that there is none as an error of ours. */
    @Test
    void anAnswerThatIsGivenUpIsBrokenOffWhenTheFrameworkHasDoneWithIt() throws Exception {
        assertThatThrownBy(() -> get("/given-up")).isInstanceOf(IOException.class);

        assertThat(looksUnderWay.get(1, TimeUnit.MINUTES)).isFalse();
    }

    @Test
    void namesEachRequest() throws Exception {
        var chosen = send("GET", "/nothing", BodyPublishers.noBody(), "X-Request-Id", "order-12345");
        var harmful = send("GET", "/nothing", BodyPublishers.noBody(), "X-Request-Id", "<script>alert(1)</script>");

        assertThat(chosen.headers().firstValue("X-Request-Id")).hasValue("order-12345");
        assertThat(problemIn(chosen, 404, "not_found").path("instance").asText())
                .isEqualTo("urn:promptmanage:request:order-12345");
        assertThat(harmful.headers().firstValue("X-Request-Id"))
                .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f-]{36}"));
    }

    @Test
    void sendsTheHeadersThatBrowsersHeed() throws Exception {
        for (String path : List.of("/thread", "/nothing", "/broken")) {
            var headers = get(path).headers();
            assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(headers.firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(headers.firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy -> assertThat(policy).contains("script-src 'self';"));
            assertThat(headers.firstValue("Server")).isEmpty();
        }
    }

    @Test
    void runsEachRequestOnAVirtualThread() throws Exception {
        assertThat(get("/thread").body()).isEqualTo("{\"virtual\":true}");
    }

    @Test
    void mountsTheRoutesOfSeveralServices() throws Exception {
        Routes others = routes -> routes.get("/others", ctx -> ctx.json(Map.of("here", true)));
        try (var shared = HttpServer.start(HttpServer.Options.onPort(0), List.of(things, others))) {
            assertThat(shared.endpoints())
                    .contains(new HttpServer.Endpoint("GET", "/others"), new HttpServer.Endpoint("POST", "/things"));
            var answer = client.send(
                    HttpRequest.newBuilder(shared.baseUri().resolve("/others")).build(), BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("{\"here\":true}");
        }
    }

    /** No client of ours would send it. */
    @Test
    void aQueryThatCannotBeReadIsNoQueryForSomethingElse() throws Exception {
        assertThat(raw("GET /thread?name=%zz HTTP/1.1\r\nHost: here\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "two hexadecimal digits");
    }

    @Test
    void aParameterThatIsNoListIsSentOnce() throws Exception {
        JsonNode problem = problemIn(get("/thread?b=1&a=1&once=1&b=2&a=1&a="), 400, "invalid_request");

        assertThat(problem.path("errors")).hasSize(2);
        assertThat(problem.path("errors").path(0).path("field").asText()).isEqualTo("a");
        assertThat(problem.path("errors").path(0).path("detail").asText()).contains("3 times");
        assertThat(problem.path("errors").path(0).path("remedy").asText()).contains("once");
        assertThat(problem.path("errors").path(1).path("field").asText()).isEqualTo("b");

        assertThat(Json.mapper()
                        .readTree(get("/found?tag=x&tag=y&filter%5Bk%5D=1&filter%5Bk%5D=2&from=1")
                                .body()))
                .isEqualTo(Json.mapper().readTree("""
                        {"tag":["x","y"],"filter[k]":["1","2"],"from":["1"]}"""));
        problemIn(get("/found?tag=x&tag=y&from=1&from=2"), 400, "invalid_request");
        assertThat(post("/passed-on?a=1&a=2", "").statusCode()).isEqualTo(200);
        problemIn(get("/nothing?a=1&a=2"), 404, "not_found");
    }

    /** Of these the server does not let any come to a route. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET /thread%00 HTTP/1.1              | 400 | invalid_request
                    GET /things/..;a=b/7 HTTP/1.1        | 400 | invalid_request
                    GET /things/%zz HTTP/1.1             | 400 | invalid_request
                    GET                                  | 400 | invalid_request
                    GET /thread HTTP/7.3                 | 400 | invalid_request
                    GET /thread HTTP/9.9                 | 400 | invalid_request
                    G@T /thread HTTP/1.1                 | 400 | invalid_request
                    GET /thread HTTP/1.1+Expect: a cake  | 417 | invalid_request
                    GET /thread HTTP/1.1+No colon here   | 400 | invalid_request
                    GET /thread HTTP/1.1+Host: there     | 400 | invalid_request
                    POST /bytes HTTP/1.1+Content-Length: x | 400 | invalid_request
                    GET /LONG HTTP/1.1                   | 414 | address_too_long
                    GET /thread HTTP/1.1+Name: LONG      | 431 | headers_too_large
                    """)
    void whatCannotBeReadIsAProblemToo(String request, int status, String code) throws Exception {
        String head = request.replace("+", "\r\n").replace("LONG", "a".repeat(9_000));

        String answer = raw(head + "\r\nHost: here\r\nX-Request-Id: order-12345\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 %d ".formatted(status))
                .contains("\r\nX-Content-Type-Options: nosniff\r\n", "\r\nContent-Security-Policy: ")
                .doesNotContainIgnoringCase("jetty", "<html", "org.", "java", "Server:");
        assertThat(answer).containsPattern("\r\nContent-Type: application/problem\\+json\r\n");
        JsonNode problem = Json.mapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(problem.path("instance").asText()).startsWith("urn:promptmanage:request:");
    }

    /** Whoever it is that refuses them: the server, or ourselves since there is no such thing. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/things/..%2f..%2fsecret", "/things/..%2f", "/things/%2e%2e/7", "/things/;a=b/7", "//things/7"})
    void whatIsAmbiguousIsAProblem(String path) throws Exception {
        assertThat(raw("GET %s HTTP/1.1\r\nHost: here\r\n".formatted(path)))
                .startsWith("HTTP/1.1 40")
                .contains("application/problem+json")
                .doesNotContainIgnoringCase("jetty", "<html");
    }

    /** @param head without the empty line at its end */
    private String raw(String head) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            var answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException e) {
                // What the server would not read is thrown away with the connection, behind its answer.
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static JsonNode problemIn(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        JsonNode problem = Json.mapper().readTree(answer.body());
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("type").asText()).isEqualTo("urn:promptmanage:problem:" + code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").asText()).isNotBlank();
        return problem;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, BodyPublishers.noBody());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send("POST", path, BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(server.baseUri() + path)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }
}
