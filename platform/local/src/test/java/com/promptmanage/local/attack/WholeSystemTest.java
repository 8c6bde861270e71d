package com.promptmanage.local.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.attack.Troupe.Who;
import com.promptmanage.testkit.Damage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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

    private static final int BODIES = 6;

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
            Map.entry("POST /api/auth/password-reset", 400),
            Map.entry("POST /api/auth/password-reset/confirm", 400),
            Map.entry("GET /api/auth/issuers", 200),
            Map.entry("GET /api/auth/issuers/{issuerId}/start", 404),
            Map.entry("GET /api/auth/issuers/{issuerId}/callback", 404),
            Map.entry("GET /api/invitations/{token}", 404),
            // Of no version and no call that there is.
            Map.entry("POST /gateway/gemini/{version}/models/{call}", 404),
            Map.entry("GET /api/public/health", 200));

    /** What would end the session that the others are sent with. */
    private static final Set<String> ENDS_THE_SESSION = Set.of("POST /api/auth/logout", "POST /api/auth/password");

    private static final List<String> NASTY =
            List.of("%00", "%ff%fe", "%ed%a0%80", "'%20OR%201=1--", "x".repeat(3_000), "-1");

    /** What other modules' tests hold a table of. */
    private static final List<String> OTHERS = List.of(
            "/api/token-tracking/",
            "/api/teams",
            "/api/invitations",
            "/api/api-keys",
            "/api/audit-log",
            "/api/accounts",
            "/api/users",
            "/api/models",
            "/api/auth",
            "/api/v1/meters",
            "/api/workflow-analytics",
            "/api/v1/subjects",
            "/budget/",
            "/spend/logs",
            "/user/daily/",
            "/team/daily/",
            "/global/spend/",
            "/health",
            "/metrics",
            "/docs",
            "/openapi.json");

    private SystemStage stage;

    private String session;

    private List<Operation> operations;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        stage = new SystemStage(directory);
        operations = stage.operations();
        session = "Bearer "
                + stage.json("", "POST", "/api/auth/login", """
                                {"email":"%s","password":"%s"}""".formatted(
                                        stage.local().email(), stage.local().password()))
                        .path("token")
                        .asText();
    }

    @AfterAll
    void stop() throws IOException {
        stage.close();
    }

    @Test
    void nobodyGetsInWhereItIsNotSaidHere() throws Exception {
        assertThat(operations).hasSizeGreaterThan(100);
        assertThat(OPEN.keySet())
                .allSatisfy(name -> assertThat(operations)
                        .as("described")
                        .anyMatch(operation -> operation.name().equals(name)));
        assertThat(wronglyAnswered("")).isEmpty();
    }

    @Test
    void aKeyThatWasRevokedOpensNothing() throws Exception {
        String team = "/api/teams/%s/api-keys".formatted(stage.local().teamId());
        JsonNode made =
                stage.json(session, "POST", team, "{\"name\":\"gone\",\"scopes\":[\"ingest\",\"query\",\"manage\"]}");
        assertThat(stage.status(session, "DELETE", team + "/" + made.path("id").asText(), null))
                .isEqualTo(204);

        assertThat(wronglyAnswered("Bearer " + made.path("key").asText())).isEmpty();
    }

    @Test
    void whoMayDoWhatIsAsTheTableSays() throws Exception {
        var troupe = new Troupe(stage);
        List<RoleRow> rows = RoleRow.all();
        var wrong = new ArrayList<String>();
        for (RoleRow row : rows) {
            Map<String, String> shared = troupe.things(row);
            for (Who who : Who.values()) {
                String expected = Objects.requireNonNull(row.expected().get(who));
                // What changes something is tried on things that nobody has changed.
                var things =
                        new HashMap<>(row.isGet() || !expected.equals(RoleRow.PASSES) ? shared : troupe.things(row));
                things.put("$self", troupe.self(who));
                int status = stage.status(troupe.as(who), row.method(), row.path(things), row.content(things));
                if (!RoleRow.isAs(expected, status)) {
                    wrong.add("%s %s as %s: %d, expected %s"
                            .formatted(row.method(), row.template(), who, status, expected));
                }
            }
        }
        assertThat(wrong).isEmpty();
        var listed = new TreeSet<String>();
        rows.forEach(row -> listed.add(row.endpoint()));
        var described = new TreeSet<String>();
        operations.stream()
                .filter(operation -> operation.path().equals("/api/token-tracking/log")
                        || OTHERS.stream().noneMatch(operation.path()::startsWith))
                .forEach(operation -> described.add(operation.name().replaceAll("\\{[^}]*}", "{}")));
        assertThat(listed).as("the rows of attack/roles.txt").isEqualTo(described);
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
                        ? SystemStage.bytes(
                                operation.body().map(JsonNode::toString).orElse("{}"))
                        : i % 4 == 0
                                ? damage.noise(200)
                                : damage.edited(
                                        operation.body().map(JsonNode::toString).orElse("{}"));
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
            byte[] body = operation
                    .body()
                    .map(node -> SystemStage.bytes(node.toString()))
                    .orElse(null);
            int status = stage.status(credentials, operation.method(), operation.pathWith("x"), body);
            int expected = OPEN.getOrDefault(operation.name(), 401);
            if (status != expected) {
                wrong.add("%s: %d, expected %d".formatted(operation.name(), status, expected));
            }
        }
        return wrong;
    }

    private void note(List<String> broken, Operation operation, String path, byte @Nullable [] body) throws Exception {
        int status = stage.status(session, operation.method(), path, body);
        if (status >= 500) {
            broken.add("%s at %s: %d to %s"
                    .formatted(operation.name(), shortened(path), status, body == null ? "nothing" : shortened(body)));
        }
    }

    private static String shortened(String text) {
        return text.length() > 120 ? text.substring(0, 120) : text;
    }

    private static String shortened(byte[] body) {
        return shortened(new String(body, 0, Math.min(body.length, 300), StandardCharsets.ISO_8859_1));
    }
}
