package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.source.RunnerApi.Answer;
import com.promptmanage.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Records that are copied from where they are, on request and by themselves. */
class DataSourceSyncTest {

    @AutoClose
    private static RunnerApi api;

    @AutoClose
    private final FakeServer server = new FakeServer();

    @BeforeAll
    static void start() {
        api = new RunnerApi();
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
        String path = api.apiSource(server, "incremental", "manual");

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
        assertThat(api.get(api.viewer(), path + "/syncs").json().path("syncs")).hasSize(3);
        assertThat(api.get(api.viewer(), path).json().path("lastSyncAt").isTextual())
                .isTrue();
    }

    /** It says a time before that at which the first sync begins by our clock. */
    @Test
    void whatASourceWhoseClockIsBehindChangedMeanwhileIsNotLeftOut() throws Exception {
        Instant behind = api.clock().instant().minus(Duration.ofMinutes(2));
        server.thenJson(200, "[{\"id\":\"a\",\"v\":1,\"updated_at\":\"2026-11-25T10:00:00Z\"}]")
                .thenJson(200, "[{\"id\":\"a\",\"v\":2,\"updated_at\":\"%s\"}]".formatted(behind));
        String path = api.apiSource(server, "incremental", "manual");

        sync(path, "");
        sync(path, "");

        assertThat(values(path)).containsExactly(2);
    }

    @Test
    void aRecordThatHasItsIdElsewhereIsKeptOnce() throws Exception {
        try (var own = new FakeServer()) {
            own.thenJson(200, "[{\"uuid\":\"a\",\"v\":1,\"updated_at\":\"2026-11-25T10:00:00Z\"}]")
                    .thenJson(200, "[{\"uuid\":\"a\",\"v\":2,\"updated_at\":\"2027-01-01T00:00:00Z\"}]");
            String source = """
                    {"name":"API","type":"api","teamId":"one","syncMode":"incremental","config":{"url":"%s","idField":"uuid"}}
                    """.formatted(own.url("/r"));
            String path =
                    "/api/data-sources/" + api.create(source).json().path("id").asText();

            sync(path, "");
            sync(path, "");

            assertThat(values(path)).containsExactly(2);
        }
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
        List<String> paths = IntStream.range(0, 5)
                .mapToObj(i -> api.apiSource(server, "full", "manual"))
                .toList();

        assertThat(begin(paths.getFirst())).isEqualTo(202);
        assertThat(begin(paths.getFirst())).as("is being synced already").isEqualTo(409);
        for (String path : paths.subList(1, 4)) {
            assertThat(begin(path)).isEqualTo(202);
        }
        assertThat(begin(paths.getLast())).as("one too many").isEqualTo(429);

        gate.countDown();
        Await.until(() -> assertThat(begin(paths.getLast())).isEqualTo(202));
        for (String path : paths) {
            Await.until(() ->
                    assertThat(api.records(path).toString()).contains("{\"id\":\"1\",\"zone\":1,\"area\":2,\"m\":3}"));
        }
    }

    @Test
    void aSourceThatFailsAgainAndAgainIsLeftAlone() throws Exception {
        server.thenJson(503, "{}");
        String path = api.apiSource(server, "full", "hourly");
        api.sources().start();

        for (int i = 1; i <= DataSource.ERRORS_MAX; i++) {
            int failures = i;
            Await.until(() -> assertThat(api.get(api.viewer(), path)
                            .json()
                            .path("errorCount")
                            .asInt())
                    .isEqualTo(failures));
            api.clock().advance(Duration.ofHours(1));
        }

        JsonNode source = api.get(api.viewer(), path).json();
        assertThat(source.path("status").asText()).isEqualTo("error");
        assertThat(source.path("errorLog").asText()).contains("503");
        assertThat(api.get(api.viewer(), path + "/syncs").json().path("syncs")).hasSize(DataSource.ERRORS_MAX);
        server.thenJson(200, "[]");
        // The first still meets the last of the old answers.
        sync(path, "");
        assertThat(sync(path, "").path("status").asText())
                .as("on request it is tried all the same")
                .isEqualTo("completed");
        JsonNode recovered = api.get(api.viewer(), path).json();
        assertThat(recovered.path("status").asText()).isEqualTo("active");
        assertThat(recovered.path("errorCount").intValue()).isZero();
    }

    @Test
    void aSyncWhoseCredentialCannotBeReadAnyMoreSaysSoUntilItIsEnteredAnew() throws Exception {
        server.thenJson(200, "[]");
        String entered = "{\"name\":\"Lost\",\"kind\":\"api\",\"values\":{\"token\":\"t\"},\"teamId\":\"one\"}";
        String credential = api.send(api.editor(), "POST", "/api/credentials", entered)
                .json()
                .path("id")
                .asText();
        String path = "/api/data-sources/"
                + api.create(
                                "{\"name\":\"API\",\"type\":\"api\",\"config\":{\"url\":\"%s\"},\"credentialId\":\"%s\",\"syncMode\":\"full\",\"syncFrequency\":\"manual\",\"teamId\":\"one\"}"
                                        .formatted(server.url("/r"), credential))
                        .json()
                        .path("id")
                        .asText();
        api.database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE credentials SET sealed = regexp_replace(sealed, '^v1[.][^.]+', 'v1.gone') WHERE id = ?",
                        credential));

        JsonNode failed = sync(path, "");

        assertThat(failed.path("status").asText()).isEqualTo("failed");
        assertThat(failed.path("errorMessage").asText()).contains("its key is missing");
        assertThat(api.send(api.editor(), "PUT", "/api/credentials/" + credential, entered)
                        .status())
                .isEqualTo(200);
        assertThat(sync(path, "").path("status").asText()).isEqualTo("completed");
    }

    @Test
    void changesThatNothingTellsOfAreNotTakenForNone() throws Exception {
        server.thenJson(200, "[{\"id\":\"1\",\"changed\":\"2026-01-01\"}]");
        String path = api.apiSource(server, "incremental", "manual");

        assertThat(sync(path, "").path("status").asText())
                .as("the first, in full")
                .isEqualTo("completed");
        JsonNode second = sync(path, "");

        assertThat(second.path("status").asText()).isEqualTo("failed");
        assertThat(second.path("errorMessage").asText()).contains("'updated_at'", "sinceField", "id, changed");
    }

    private static int begin(String path) {
        return api.send(api.editor(), "POST", path + "/sync", "").status();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode sync(String path, String body) throws Exception {
        Answer begun = api.send(api.editor(), "POST", path + "/sync", body);
        assertThat(begun.status()).isEqualTo(202);
        JsonNode[] ended = new JsonNode[1];
        Await.until(() -> {
            ended[0] =
                    api.get(api.viewer(), path + "/syncs").json().path("syncs").path(0);
            assertThat(ended[0].path("id")).isEqualTo(begun.json().path("id"));
            assertThat(ended[0].path("status").asText()).isNotEqualTo("running");
        });
        api.clock().advance(Duration.ofSeconds(1));
        return ended[0];
    }

    private static List<Integer> values(String path) {
        return api.records(path)
                .valueStream()
                .map(record -> record.path("v").asInt())
                .toList();
    }
}
