package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.source.RunnerApi.Answer;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.operations.OpenApi;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Data sources over HTTP: what they are made of, who may what with them, and what they hold. */
class DataSourceRoutesTest {

    @AutoClose
    private static RunnerApi api;

    @AutoClose
    private final FakeServer server = new FakeServer();

    @BeforeAll
    static void start() {
        api = new RunnerApi();
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
        Answer created = api.create(
                "{\"name\":\"Leads\",\"type\":\"sample\",\"config\":{\"resource\":\"leads\"},\"teamId\":\"one\"}");
        String path = "/api/data-sources/" + created.json().path("id").asText();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().path("account").asText()).isEqualTo("team:one");
        assertThat(created.json().path("createdBy").asText()).isEqualTo("one-editor");
        assertThat(created.json().path("syncFrequency").asText()).isEqualTo("manual");
        assertThat(api.get(api.viewer(), path).json()).isEqualTo(created.json());
        assertThat(ids(api.get(api.viewer(), "/api/data-sources?teamId=one")))
                .contains(created.json().path("id").asText());
        Answer changed = api.send(
                api.editor(), "PUT", path, "{\"name\":\"More leads\",\"type\":\"sample\",\"status\":\"paused\"}");
        assertThat(changed.json().path("name").asText()).isEqualTo("More leads");
        assertThat(changed.json().path("status").asText()).isEqualTo("paused");
        assertThat(api.send(api.editor(), "DELETE", path, null).status()).isEqualTo(204);
        assertThat(api.get(api.editor(), path).status()).isEqualTo(404);
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
        String id = api.create(
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

        JsonNode first = api.get(api.viewer(), path).json();
        JsonNode second = api.get(
                        api.viewer(),
                        path + "&cursor=" + first.path("nextCursor").asText())
                .json();

        assertThat(first.path("records").findValuesAsText("id")).containsExactly("1", "2", "3", "4", "5");
        assertThat(second.path("records").findValuesAsText("id")).containsExactly("6", "7");
        assertThat(second.path("nextCursor").isNull()).isTrue();
    }

    @Test
    void aFileThatIsReplacedAndAStatusThatIsChangedAreLogged() {
        Answer source = api.create("{\"name\":\"List\",\"type\":\"csv\",\"config\":{},\"teamId\":\"one\"}");
        assertThat(source.status()).as(source.json().toString()).isEqualTo(201);
        String id = source.json().path("id").asText();
        String path = "/api/data-sources/" + id;
        assertThat(api.send(api.editor(), "PUT", path + "/file", "name\nAda\n").status())
                .isEqualTo(200);
        assertThat(api.send(api.editor(), "PUT", path + "/file", "name\n").status())
                .isEqualTo(200);
        api.send(api.editor(), "PUT", path, "{\"name\":\"List\",\"type\":\"csv\",\"config\":{},\"status\":\"paused\"}");

        assertThat(api.audited(id))
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
                + api.create("{\"name\":\"Ours\",\"type\":\"sample\",\"teamId\":\"one\"}")
                        .json()
                        .path("id")
                        .asText();

        assertThat(api.get(api.stranger(), path).status()).isEqualTo(404);
        assertThat(api.get(api.stranger(), "/api/data-sources?teamId=one").status())
                .isEqualTo(404);
        assertThat(api.send(api.stranger(), "DELETE", path, null).status()).isEqualTo(404);
        assertThat(api.send(api.viewer(), "DELETE", path, null).status()).isEqualTo(403);
        assertThat(api.send(api.viewer(), "POST", path + "/sync", "").status()).isEqualTo(403);
        assertThat(api.send(
                                api.viewer(),
                                "POST",
                                "/api/data-sources",
                                "{\"name\":\"x\",\"type\":\"sample\",\"teamId\":\"one\"}")
                        .status())
                .isEqualTo(403);
        assertThat(api.get("Bearer nobody", path).status()).isEqualTo(401);
    }

    @Test
    void everythingWrongWithASourceIsToldAtOnce() {
        Answer refused = api.create(
                "{\"type\":\"api\",\"config\":{\"url\":\"http://169.254.169.254/\",\"headers\":{\"Authorization\":\"Bearer"
                        + " x\"},\"method\":\"PUT\",\"timestampField\":\"x\"},\"syncFrequency\":\"yearly\",\"credentialId\":\"cred_nobody\",\"color\":1,\"teamId\":\"one\"}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors"))
                .extracting(error -> error.path("field").asText())
                .containsExactlyInAnyOrder(
                        "color",
                        "name",
                        "config.url",
                        "config.method",
                        "config.timestampField",
                        "config.headers.Authorization",
                        "syncFrequency",
                        "credentialId");
        assertThat(refused.json().path("errors"))
                .allSatisfy(error -> assertThat(error.path("remedy").asText()).isNotEmpty());
    }

    @Test
    void aFileIsUploadedAndReadBack() {
        String path = "/api/data-sources/"
                + api.create("{\"name\":\"File\",\"type\":\"csv\",\"teamId\":\"one\"}")
                        .json()
                        .path("id")
                        .asText();

        Answer missing = api.send(api.editor(), "POST", path + "/test", null);
        Answer bad = api.send(api.editor(), "PUT", path + "/file", "a,a\n1,2\n");
        Answer uploaded = api.send(api.editor(), "PUT", path + "/file", "name,age\nAda,36\n");

        assertThat(missing.json().path("message").asText()).contains("no file yet");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(uploaded.json().path("records").asInt()).isEqualTo(1);
        assertThat(api.send(api.editor(), "POST", path + "/test", null)
                        .json()
                        .path("message")
                        .asText())
                .contains("1 records");
        assertThat(api.get(api.editor(), path + "/schema")
                        .json()
                        .path("columns")
                        .toString())
                .isEqualTo(
                        "[{\"name\":\"name\",\"kind\":\"text\",\"writable\":true},{\"name\":\"age\",\"kind\":\"number\",\"writable\":true}]");
        assertThat(api.get(api.editor(), path + "/resources").status()).isEqualTo(400);
        assertThat(api.get(api.editor(), path + "/preview")
                        .json()
                        .path("records")
                        .toString())
                .as("without a sync")
                .isEqualTo("[{\"name\":\"Ada\",\"age\":36}]");
        assertThat(api.get(api.viewer(), path + "/preview").status()).isEqualTo(403);
        assertThat(api.records(path)).isEmpty();
    }

    @Test
    void aPreviewIsNoLongerThanAskedForAndSaysWhyThereIsNone() {
        server.thenJson(200, "[{\"id\":1},{\"id\":2},{\"id\":3}]").thenJson(503, "{}");
        String path = api.apiSource(server, "full", "manual");

        assertThat(api.get(api.editor(), path + "/preview?limit=2").json().path("records"))
                .hasSize(2);
        Answer away = api.get(api.editor(), path + "/preview");
        assertThat(away.status()).isEqualTo(400);
        assertThat(away.json().at("/errors/0/detail").asText()).contains("503");
    }

    @Test
    void theConnectorsThereAreAreListed() {
        JsonNode connectors = api.get(api.viewer(), "/api/connectors").json().path("connectors");

        assertThat(connectors)
                .extracting(each -> each.path("type").asText())
                .containsExactlyInAnyOrder("sample", "api", "csv", "json", "database", "webhook", "slack", "email");
        assertThat(connectors)
                .allSatisfy(
                        each -> assertThat(each.path("authType").isTextual()).isTrue());
    }

    private static void assertLimit(Answer answer, int max) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(403);
        assertThat(answer.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(answer.json().at("/limit/name").asText()).isEqualTo("dataSourcesMax");
        assertThat(answer.json().at("/limit/max").intValue()).isEqualTo(max);
    }

    private static List<String> ids(Answer list) {
        return list.json()
                .path("dataSources")
                .valueStream()
                .map(each -> each.path("id").asText())
                .toList();
    }
}
