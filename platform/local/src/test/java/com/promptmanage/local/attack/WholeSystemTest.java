package com.promptmanage.local.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.local.LocalStack;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.testkit.Damage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operation that the running system describes, as nobody, with a key that is worth nothing any more, and with noise of
 * every kind. What is open to nobody must be in the list here; what is new is tried without anyone thinking of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeSystemTest {

    private static final long SEED = 20261126;

    private static final int BODIES = 12;

    private static final int ATTEMPTS = 3;

    /** What nobody is answered where it is not 401. */
    private static final Map<String, Integer> OPEN = Map.ofEntries(
            Map.entry("GET /health/live", 200),
            Map.entry("GET /health/ready", 200),
            Map.entry("GET /metrics", 200),
            Map.entry("GET /openapi.json", 200),
            Map.entry("GET /docs", 200),
            Map.entry("GET /docs/{file}", 404),
            Map.entry("POST /api/auth/register", 400),
            Map.entry("POST /api/auth/login", 401),
            Map.entry("GET /api/auth/issuers", 200),
            Map.entry("GET /api/auth/issuers/{issuerId}/start", 404),
            Map.entry("GET /api/auth/issuers/{issuerId}/callback", 404),
            Map.entry("GET /api/invitations/{token}", 404),
            Map.entry("GET /api/public/health", 200));

    /** What would end the session that the others are sent with. */
    private static final Set<String> ENDS_THE_SESSION = Set.of("POST /api/auth/logout", "POST /api/auth/password");

    private static final List<String> NASTY = List.of("%00", "%ff%fe", "%ed%a0%80", "'%20OR%201=1--", "x".repeat(3_000), "-1");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    private LocalStack stack;

    private URI base;

    private String session;

    private List<Operation> operations;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        stack = LocalStack.start(LocalStack.Options.in(directory));
        LocalFile local = stack.local();
        base = URI.create(local.baseUrl());
        operations = Operation.of(JSON.readTree(text(send("", "GET", "/openapi.json", null))));
        session = "Bearer "
                + JSON.readTree(text(send(
                                "",
                                "POST",
                                "/api/auth/login",
                                bytes("{\"email\":\"%s\",\"password\":\"%s\"}"
                                        .formatted(local.email(), local.password())))))
                        .path("token")
                        .asText();
    }

    @AfterAll
    void stop() throws IOException {
        client.shutdownNow();
        stack.close();
    }

    @Test
    void nobodyGetsInWhereItIsNotSaidHere() throws Exception {
        assertThat(operations).hasSizeGreaterThan(100);
        assertThat(OPEN.keySet()).allSatisfy(name -> assertThat(operations)
                .as("described")
                .anyMatch(operation -> operation.name().equals(name)));
        assertThat(wronglyAnswered("")).isEmpty();
    }

    @Test
    void aKeyThatWasRevokedOpensNothing() throws Exception {
        String team = "/api/teams/%s/api-keys".formatted(stack.local().teamId());
        JsonNode made = JSON.readTree(text(
                send(session, "POST", team, bytes("{\"name\":\"gone\",\"scopes\":[\"ingest\",\"query\",\"manage\"]}"))));
        assertThat(status(session, "DELETE", team + "/" + made.path("id").asText(), null))
                .isEqualTo(204);

        assertThat(wronglyAnswered("Bearer " + made.path("key").asText())).isEmpty();
    }

    @Test
    void noiseIsTheSendersFault() throws Exception {
        var damage = new Damage(SEED);
        var broken = new ArrayList<String>();
        for (Operation operation : operations) {
            if (ENDS_THE_SESSION.contains(operation.name())) {
                continue;
            }
            for (int i = 0; i < BODIES; i++) {
                byte[] body = i == 0
                        ? bytes(operation.body().map(JsonNode::toString).orElse("{}"))
                        : i % 4 == 0 ? damage.noise(200) : damage.edited(operation.body()
                                .map(JsonNode::toString)
                                .orElse("{}"));
                if (operation.body().isPresent()) {
                    note(broken, operation, operation.pathWith("x"), body);
                }
            }
            for (String nasty : NASTY) {
                note(broken, operation, operation.pathWith(nasty) + "?teamId=" + nasty + "&cursor=" + nasty, null);
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void aBodyThatIsTooLargeIsTheSendersFault() throws Exception {
        var broken = new ArrayList<String>();
        var tooLarge = new byte[(16 << 20) + 1];
        for (Operation operation : operations) {
            if (operation.body().isPresent() && !ENDS_THE_SESSION.contains(operation.name())) {
                note(broken, operation, operation.pathWith("x"), tooLarge);
            }
        }
        assertThat(broken).isEmpty();
    }

    private List<String> wronglyAnswered(String credentials) throws Exception {
        var wrong = new ArrayList<String>();
        for (Operation operation : operations) {
            byte[] body = operation.body().map(node -> bytes(node.toString())).orElse(null);
            int status = status(credentials, operation.method(), operation.pathWith("x"), body);
            int expected = OPEN.getOrDefault(operation.name(), 401);
            if (status != expected) {
                wrong.add("%s: %d, expected %d".formatted(operation.name(), status, expected));
            }
        }
        return wrong;
    }

    private void note(List<String> broken, Operation operation, String path, byte @Nullable [] body) throws Exception {
        int status = status(session, operation.method(), path, body);
        if (status >= 500) {
            broken.add("%s at %s: %d to %s"
                    .formatted(operation.name(), shortened(path), status, body == null ? "nothing" : shortened(body)));
        }
    }

    private int status(String credentials, String method, String path, byte @Nullable [] body)
            throws IOException, InterruptedException {
        var answer = send(credentials, method, path, body);
        try (InputStream content = answer.body()) {
            // A stream of events goes on.
            if (!answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
                content.readAllBytes();
            }
        }
        return answer.statusCode();
    }

    private HttpResponse<InputStream> send(String credentials, String method, String path, byte @Nullable [] body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (!credentials.isEmpty()) {
            request.header("Authorization", credentials);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return client.send(request.build(), BodyHandlers.ofInputStream());
            } catch (IOException e) {
                // A connection is closed after an answer to what was broken or too large; the next goes over another.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static String text(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String shortened(String text) {
        return text.length() > 120 ? text.substring(0, 120) : text;
    }

    private static String shortened(byte[] body) {
        return shortened(new String(body, 0, Math.min(body.length, 300), StandardCharsets.ISO_8859_1));
    }
}
