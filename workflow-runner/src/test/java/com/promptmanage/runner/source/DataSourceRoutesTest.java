package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.source.RunnerApi.Answer;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DataSourceRoutesTest {

    private static final String SECRET = "very-secret-token-0123456789";

    private static RunnerApi api;

    private static String editor;

    private static String viewer;

    private static String stranger;

    private final FakeServer server = new FakeServer();

    @BeforeAll
    static void start() {
        api = new RunnerApi();
        editor = api.signIn("one-editor");
        viewer = api.signIn("one-viewer");
        stranger = api.signIn("two-owner");
    }

    @AfterAll
    static void end() {
        api.close();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everyTableIsProtectedAndEveryRouteDescribed() {
        assertThat(RowSecurity.problems(api.database())).isEmpty();
        OpenApi description = OpenApi.of("runner", "test", List.of(DataSources.OPEN_API));
        assertThat(description.differencesFrom(api.server())).isEmpty();
        assertThat(OpenApi.of("runner", "test", List.of(DataSources.OPEN_API, OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }

    @Test
    void aSourceIsMadeSeenChangedAndDeleted() {
        Answer created = create(
                "{\"name\":\"Leads\",\"type\":\"sample\",\"config\":{\"resource\":\"leads\"},\"teamId\":\"one\"}");
        String path = "/api/data-sources/" + created.json().path("id").asText();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().path("account").asText()).isEqualTo("team:one");
        assertThat(created.json().path("createdBy").asText()).isEqualTo("one-editor");
        assertThat(created.json().path("syncFrequency").asText()).isEqualTo("manual");
        assertThat(api.get(viewer, path).json()).isEqualTo(created.json());
        assertThat(ids(api.get(viewer, "/api/data-sources?teamId=one")))
                .contains(created.json().path("id").asText());
        Answer changed =
                api.send(editor, "PUT", path, "{\"name\":\"More leads\",\"type\":\"sample\",\"status\":\"paused\"}");
        assertThat(changed.json().path("name").asText()).isEqualTo("More leads");
        assertThat(changed.json().path("status").asText()).isEqualTo("paused");
        assertThat(api.send(editor, "DELETE", path, null).status()).isEqualTo(204);
        assertThat(api.get(editor, path).status()).isEqualTo(404);
    }

    @Test
    void anAccountHasAsManySourcesAsItsTierAllows() {
        String form = "{\"name\":\"One\",\"type\":\"sample\",\"teamId\":\"%s\"}".formatted("two");
        try (var limited = new RunnerApi(true)) {
            String owner = limited.signIn("two-owner");
            assertLimit(limited.send(owner, "POST", "/api/data-sources", form), 0);
            limited.tier("two", "team");
            for (int i = 0; i < 3; i++) {
                assertThat(limited.send(owner, "POST", "/api/data-sources", form)
                                .status())
                        .isEqualTo(201);
            }
            assertLimit(limited.send(owner, "POST", "/api/data-sources", form), 3);
            limited.tier("two", "enterprise");
            assertThat(limited.send(owner, "POST", "/api/data-sources", form).status())
                    .isEqualTo(201);
        }
    }

    @Test
    void aPageOfLargeRecordsEndsEarlyAndTheRestIsOnTheNext() {
        String id = create(
                        "{\"name\":\"Large\",\"type\":\"sample\",\"config\":{\"resource\":\"leads\"},\"teamId\":\"one\"}")
                .json()
                .path("id")
                .asText();
        api.database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO synced_records (data_source_id, record_key, account, record, sync_id, synced_at)
                        SELECT ?, 'r' || n, 'team:one',
                               CAST('{"id":' || n || ',"text":"' || repeat('x', 1000000) || '"}' AS json), 'sync_1', now()
                        FROM generate_series(1, 7) AS n
                        """, id));
        String path = "/api/data-sources/" + id + "/records?limit=7";

        JsonNode first = api.get(viewer, path).json();
        JsonNode second = api.get(
                        viewer, path + "&cursor=" + first.path("nextCursor").asText())
                .json();

        assertThat(first.path("records").findValuesAsText("id")).containsExactly("1", "2", "3", "4", "5");
        assertThat(second.path("records").findValuesAsText("id")).containsExactly("6", "7");
        assertThat(second.path("nextCursor").isNull()).isTrue();
    }

    private static void assertLimit(Answer answer, int max) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(answer.json().at("/limit/name").asText()).isEqualTo("dataSourcesMax");
        assertThat(answer.json().at("/limit/max").intValue()).isEqualTo(max);
    }

    @Test
    void aFileThatIsReplacedAndAStatusThatIsChangedAreLogged() {
        Answer source = create("{\"name\":\"List\",\"type\":\"csv\",\"config\":{},\"teamId\":\"one\"}");
        assertThat(source.status()).as(source.json().toString()).isEqualTo(201);
        String id = source.json().path("id").asText();
        String path = "/api/data-sources/" + id;
        assertThat(api.send(editor, "PUT", path + "/file", "name\nAda\n").status())
                .isEqualTo(200);
        assertThat(api.send(editor, "PUT", path + "/file", "name\n").status()).isEqualTo(200);
        api.send(editor, "PUT", path, "{\"name\":\"List\",\"type\":\"csv\",\"config\":{},\"status\":\"paused\"}");

        assertThat(audited(id))
                .containsExactly(
                        "data_source_created by one-editor",
                        "data_source_file_replaced by one-editor",
                        "data_source_file_replaced by one-editor",
                        "data_source_changed by one-editor");
        assertThat(api.database()
                        .<List<String>, RuntimeException>asSystem(handle -> handle.createQuery("""
                                SELECT coalesce(old_values ->> 'bytes', old_values ->> 'status', '-') || ' > '
                                    || coalesce(new_values ->> 'bytes', new_values ->> 'status')
                                FROM audit_log WHERE resource_id = :id ORDER BY id
                                """)
                                .bind("id", id)
                                .mapTo(String.class)
                                .list()))
                .containsExactly("- > active", "- > 9", "9 > 5", "active > paused");
    }

    @Test
    void whoMayNotSeesNothingOrChangesNothing() {
        String path = "/api/data-sources/"
                + create("{\"name\":\"Ours\",\"type\":\"sample\",\"teamId\":\"one\"}")
                        .json()
                        .path("id")
                        .asText();

        assertThat(api.get(stranger, path).status()).isEqualTo(404);
        assertThat(api.get(stranger, "/api/data-sources?teamId=one").status()).isEqualTo(404);
        assertThat(api.send(stranger, "DELETE", path, null).status()).isEqualTo(404);
        assertThat(api.send(viewer, "DELETE", path, null).status()).isEqualTo(403);
        assertThat(api.send(viewer, "POST", path + "/sync", "").status()).isEqualTo(403);
        assertThat(api.send(
                                viewer,
                                "POST",
                                "/api/data-sources",
                                "{\"name\":\"x\",\"type\":\"sample\",\"teamId\":\"one\"}")
                        .status())
                .isEqualTo(403);
        assertThat(api.get("Bearer nobody", path).status()).isEqualTo(401);
    }

    @Test
    void everythingWrongWithASourceIsToldAtOnce() {
        Answer refused = create(
                "{\"type\":\"api\",\"config\":{\"url\":\"http://169.254.169.254/\",\"headers\":{\"Authorization\":\"Bearer"
                        + " x\"},\"method\":\"PUT\"},\"syncFrequency\":\"yearly\",\"credentialId\":\"cred_nobody\",\"color\":1,\"teamId\":\"one\"}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors"))
                .extracting(error -> error.path("field").asText())
                .containsExactlyInAnyOrder(
                        "color",
                        "name",
                        "config.url",
                        "config.method",
                        "config.headers.Authorization",
                        "syncFrequency",
                        "credentialId");
        assertThat(refused.json().path("errors"))
                .allSatisfy(error -> assertThat(error.path("remedy").asText()).isNotEmpty());
    }

    @Test
    void aCredentialGoesInAndNeverOut() {
        Answer created = api.send(
                editor,
                "POST",
                "/api/credentials",
                "{\"name\":\"CRM\",\"kind\":\"api\",\"values\":{\"token\":\"%s\"},\"teamId\":\"one\"}"
                        .formatted(SECRET));
        String id = created.json().path("id").asText();
        server.thenJson(401, "{\"message\":\"not with %s\"}".formatted(SECRET));
        Answer source = create(
                "{\"name\":\"CRM\",\"type\":\"api\",\"config\":{\"url\":\"%s\"},\"credentialId\":\"%s\",\"teamId\":\"one\"}"
                        .formatted(server.url("/leads"), id));
        String path = "/api/data-sources/" + source.json().path("id").asText();

        Answer test = api.send(editor, "POST", path + "/test", null);

        assertThat(server.last().header("Authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(test.json().path("success").asBoolean()).isFalse();
        assertThat(test.json().at("/details/class").asText()).isEqualTo("auth");
        assertThat(created.json().path("fields").toString()).isEqualTo("[\"token\"]");
        for (Answer answer : List.of(
                created,
                source,
                test,
                api.get(editor, "/api/credentials?teamId=one"),
                api.get(viewer, "/api/credentials/" + id))) {
            assertThat(answer.json().toString()).doesNotContain(SECRET);
        }
        assertThat(stored()).doesNotContain(SECRET);
        assertThat(audited(id)).containsExactly("credential_created by one-editor");
        assertThat(audited(source.json().path("id").asText())).containsExactly("data_source_created by one-editor");
        assertThat(api.get(stranger, "/api/credentials/" + id).status()).isEqualTo(404);
        assertThat(api.send(viewer, "DELETE", "/api/credentials/" + id, null).status())
                .isEqualTo(403);
        assertThat(api.credentials().ofCredential(Account.team("two"), id))
                .as("another team's")
                .isEmpty();
        assertThat(api.send(
                                editor,
                                "POST",
                                "/api/credentials",
                                "{\"name\":\"CRM\",\"kind\":\"api\",\"values\":{\"token\":\"x\"},\"teamId\":\"one\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void aSecretIsFoundByItsNameAlsoAfterItsKeyWasChanged() {
        api.send(
                editor,
                "POST",
                "/api/credentials",
                "{\"name\":\"HOOK_URL\",\"kind\":\"secret\",\"values\":{\"value\":\"%s\"},\"teamId\":\"one\"}"
                        .formatted(SECRET));
        var both = new SecretBox(SecretKeys.from(new com.promptmanage.service.settings.Settings(
                "PM_", java.util.Map.of("PM_SECRET_KEYS", "k2:" + "A".repeat(42) + "E=,k1:" + "A".repeat(43) + "="))));
        var rotating = new com.promptmanage.runner.secret.CredentialTable(api.database(), both, api.clock());

        int rotated = rotating.rotate();

        assertThat(rotated).isPositive();
        assertThat(rotating.rotate()).isZero();
        assertThat(rotating.named(Account.team("one"), "HOOK_URL")).hasValue(SECRET);
        assertThat(rotating.named(Account.team("two"), "HOOK_URL")).isEmpty();
        assertThat(stored()).doesNotContain(SECRET).contains("v1.k2.").doesNotContain("v1.k1.");
        var undo = new com.promptmanage.runner.secret.CredentialTable(
                api.database(),
                new SecretBox(SecretKeys.from(new com.promptmanage.service.settings.Settings(
                        "PM_",
                        java.util.Map.of("PM_SECRET_KEYS", "k1:" + "A".repeat(43) + "=,k2:" + "A".repeat(42) + "E=")))),
                api.clock());
        undo.rotate();
    }

    @Test
    void aSyncCopiesTheRecordsAndIsRemembered() throws Exception {
        server.thenJson(
                        200,
                        "[{\"id\":\"a\",\"v\":1,\"updated_at\":\"2026-11-25T10:00:00Z\"},{\"id\":\"b\",\"v\":1,\"updated_at\":\"2026-11-25T10:00:00Z\"}]")
                .thenJson(
                        200,
                        "[{\"id\":\"a\",\"v\":2,\"updated_at\":\"2027-01-01T00:00:00Z\"},{\"id\":\"b\",\"v\":9,\"updated_at\":\"2026-11-25T10:00:00Z\"}]")
                .thenJson(200, "[{\"id\":\"a\",\"v\":3}]");
        String path = apiSource("incremental", "manual");

        assertThat(sync(path, "").path("mode").asText())
                .as("there is nothing yet to add to")
                .isEqualTo("full");
        assertThat(values(path)).containsExactly(1, 1);
        JsonNode second = sync(path, "");
        assertThat(second.path("mode").asText()).isEqualTo("incremental");
        assertThat(second.path("recordsFetched").asInt()).isEqualTo(2);
        assertThat(second.path("recordsProcessed").asInt()).isEqualTo(1);
        assertThat(values(path)).containsExactly(2, 1);
        sync(path, "{\"mode\":\"full\"}");
        assertThat(values(path)).as("what a full sync does not bring is gone").containsExactly(3);
        assertThat(api.get(viewer, path + "/syncs").json().path("syncs")).hasSize(3);
        assertThat(api.get(viewer, path).json().path("lastSyncAt").isTextual()).isTrue();
    }

    @Test
    void fourSourcesOfAnAccountAreSyncedAtATimeAndRecordsStayInTheOrderOfTheirFields() throws Exception {
        var gate = new CountDownLatch(1);
        server.then(exchange -> {
            awaitQuietly(gate);
            byte[] body = "[{\"id\":\"1\",\"zone\":1,\"area\":2,\"m\":3}]".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        List<String> paths =
                IntStream.range(0, 5).mapToObj(i -> apiSource("full", "manual")).toList();

        for (String path : paths.subList(0, 4)) {
            assertThat(api.send(editor, "POST", path + "/sync", "").status()).isEqualTo(202);
        }
        assertThat(api.send(editor, "POST", paths.get(0) + "/sync", "").status())
                .as("is being synced already, or one too many")
                .isIn(409, 429);
        assertThat(api.send(editor, "POST", paths.get(4) + "/sync", "").status())
                .isEqualTo(429);

        gate.countDown();
        Await.until(() -> assertThat(
                        api.send(editor, "POST", paths.get(4) + "/sync", "").status())
                .isEqualTo(202));
        for (String path : paths) {
            Await.until(() ->
                    assertThat(records(path).toString()).contains("{\"id\":\"1\",\"zone\":1,\"area\":2,\"m\":3}"));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSourceThatFailsAgainAndAgainIsLeftAlone() throws Exception {
        server.thenJson(503, "{}");
        String path = apiSource("full", "hourly");
        api.sources().start();

        for (int i = 1; i <= DataSource.ERRORS_MAX; i++) {
            int failures = i;
            Await.until(() -> assertThat(
                            api.get(viewer, path).json().path("errorCount").asInt())
                    .isEqualTo(failures));
            api.clock().advance(Duration.ofHours(1));
        }

        JsonNode source = api.get(viewer, path).json();
        assertThat(source.path("status").asText()).isEqualTo("error");
        assertThat(source.path("errorLog").asText()).contains("503");
        assertThat(api.get(viewer, path + "/syncs").json().path("syncs")).hasSize(DataSource.ERRORS_MAX);
        server.thenJson(200, "[]");
        assertThat(sync(path, "").path("status").asText()).isIn("failed", "completed");
    }

    @Test
    void aFileIsUploadedAndReadBack() {
        String path = "/api/data-sources/"
                + create("{\"name\":\"File\",\"type\":\"csv\",\"teamId\":\"one\"}")
                        .json()
                        .path("id")
                        .asText();

        Answer missing = api.send(editor, "POST", path + "/test", null);
        Answer bad = api.send(editor, "PUT", path + "/file", "a,a\n1,2\n");
        Answer uploaded = api.send(editor, "PUT", path + "/file", "name,age\nAda,36\n");

        assertThat(missing.json().path("message").asText()).contains("no file yet");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(uploaded.json().path("records").asInt()).isEqualTo(1);
        assertThat(api.send(editor, "POST", path + "/test", null)
                        .json()
                        .path("message")
                        .asText())
                .contains("1 records");
        assertThat(api.get(editor, path + "/schema").json().path("columns").toString())
                .isEqualTo(
                        "[{\"name\":\"name\",\"kind\":\"text\",\"writable\":true},{\"name\":\"age\",\"kind\":\"number\",\"writable\":true}]");
        assertThat(api.get(editor, path + "/resources").status()).isEqualTo(400);
        assertThat(api.get(editor, path + "/preview").json().path("records").toString())
                .as("without a sync")
                .isEqualTo("[{\"name\":\"Ada\",\"age\":36}]");
        assertThat(api.get(viewer, path + "/preview").status()).isEqualTo(403);
        assertThat(records(path)).isEmpty();
    }

    @Test
    void aPreviewIsNoLongerThanAskedForAndSaysWhyThereIsNone() {
        server.thenJson(200, "[{\"id\":1},{\"id\":2},{\"id\":3}]").thenJson(503, "{}");
        String path = apiSource("full", "manual");

        assertThat(api.get(editor, path + "/preview?limit=2").json().path("records"))
                .hasSize(2);
        Answer away = api.get(editor, path + "/preview");
        assertThat(away.status()).isEqualTo(400);
        assertThat(away.json().at("/errors/0/detail").asText()).contains("503");
    }

    @Test
    void theConnectorsThereAreAreListed() {
        JsonNode connectors = api.get(viewer, "/api/connectors").json().path("connectors");

        assertThat(connectors)
                .extracting(each -> each.path("type").asText())
                .containsExactlyInAnyOrder("sample", "api", "csv", "json", "database", "webhook", "slack", "email");
        assertThat(connectors)
                .allSatisfy(
                        each -> assertThat(each.path("authType").isTextual()).isTrue());
    }

    private String apiSource(String mode, String frequency) {
        return "/api/data-sources/"
                + create(
                                "{\"name\":\"API\",\"type\":\"api\",\"config\":{\"url\":\"%s\"},\"syncMode\":\"%s\",\"syncFrequency\":\"%s\",\"teamId\":\"one\"}"
                                        .formatted(server.url("/r"), mode, frequency))
                        .json()
                        .path("id")
                        .asText();
    }

    private static JsonNode sync(String path, String body) throws Exception {
        Answer begun = api.send(editor, "POST", path + "/sync", body);
        assertThat(begun.status()).isEqualTo(202);
        JsonNode[] ended = new JsonNode[1];
        Await.until(() -> {
            ended[0] = api.get(viewer, path + "/syncs").json().path("syncs").path(0);
            assertThat(ended[0].path("id")).isEqualTo(begun.json().path("id"));
            assertThat(ended[0].path("status").asText()).isNotEqualTo("running");
        });
        api.clock().advance(Duration.ofSeconds(1));
        return ended[0];
    }

    private static JsonNode records(String path) {
        return api.get(viewer, path + "/records").json().path("records");
    }

    private static List<Integer> values(String path) {
        return records(path)
                .valueStream()
                .map(record -> record.path("v").asInt())
                .toList();
    }

    private static Answer create(String body) {
        return api.send(editor, "POST", "/api/data-sources", body);
    }

    private static List<String> ids(Answer list) {
        return list.json()
                .path("dataSources")
                .valueStream()
                .map(each -> each.path("id").asText())
                .toList();
    }

    private static List<String> audited(String id) {
        return api.database()
                .asSystem(handle -> handle.createQuery(
                                "SELECT action || ' by ' || actor_id FROM audit_log WHERE resource_id = :id ORDER BY id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .list());
    }

    private static String stored() {
        return api.database()
                .<List<String>, RuntimeException>asSystem(handle -> handle.createQuery("SELECT sealed FROM credentials")
                        .mapTo(String.class)
                        .list())
                .toString();
    }
}
