package com.promptmanage.query.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.history.UsageHistory;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.export.Exports;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportRoutesTest {

    private static final Account ACME = Account.team("acme");

    /** Several megabytes, of which the sockets hold only some while nobody reads. */
    private static final String LONG = "SELECT 'm' || repeat('x', 200) || n FROM generate_series(1, 40000) AS n";

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private TestApi api = api(TestApi.newDatabase());

    @AfterEach
    void stop() {
        api.close();
        client.shutdownNow();
    }

    @Test
    void aCsvFileHoldsEveryEventOnceAndItsCostsAddUp() throws Exception {
        int events = 3 * ExportRoutes.PAGE + 17;
        insert(api, "SELECT 'm' FROM generate_series(1, %d)".formatted(events));

        List<String> lines = get("?teamId=acme&format=csv").body().lines().toList();

        List<String> names = List.of(lines.getFirst().split(","));
        int cost = names.indexOf("costNanoUsd");
        int id = names.indexOf("id");
        List<String[]> rows =
                lines.stream().skip(1).map(line -> line.split(",", -1)).toList();
        assertThat(rows).hasSize(events).allSatisfy(row -> assertThat(row).hasSize(names.size()));
        assertThat(rows.stream().map(row -> row[id]).distinct()).hasSize(events);
        assertThat(rows.stream().map(row -> new BigInteger(row[cost])).reduce(BigInteger.ZERO, BigInteger::add))
                .isEqualTo(BigInteger.valueOf(events).multiply(BigInteger.valueOf(1_000_000_007)));
        assertThat(rows.getFirst()[names.indexOf("costUsd")]).isEqualTo("1.000000007");
    }

    @Test
    void aJsonFileIsOneArrayOfTheSameEvents() throws Exception {
        insert(api, "SELECT 'm' FROM generate_series(1, %d)".formatted(ExportRoutes.PAGE));

        HttpResponse<String> response = get("?teamId=acme&format=json");
        JsonNode events = new ObjectMapper().readTree(response.body());

        assertThat(events).hasSize(ExportRoutes.PAGE);
        assertThat(events.path(0).path("costNanoUsd").asLong()).isEqualTo(1_000_000_007);
        assertThat(response.headers().firstValue("content-disposition"))
                .hasValue("attachment; filename=\"usage.json\"");
        assertThat(new ObjectMapper()
                        .readTree(get("?teamId=acme&format=json&model=none").body()))
                .isEmpty();
    }

    @Test
    void whatASpreadsheetWouldRunIsTextAndWhatHasACommaIsQuoted() throws Exception {
        insert(api, """
                SELECT unnest(ARRAY['=1+1', '+1', '-1', '@x', '＝1', 'a,b', 'say "hi"', E'two\\nlines', '=cmd|''/C calc''!A0,"'])
                """);

        String body = get("?teamId=acme").body();

        assertThat(body)
                .contains(",'=1+1,", ",'+1,", ",'-1,", ",'@x,", ",'＝1,")
                .contains(",\"a,b\",", ",\"say \"\"hi\"\"\",", ",\"two\nlines\",")
                .contains(",\"'=cmd|'/C calc'!A0,\"\"\",")
                .endsWith("\r\n");
    }

    @Test
    void aParquetFileIsReadByOthersAndHoldsTheSame() throws Exception {
        int events = 3 * ExportRoutes.PAGE + 17;
        insert(api, "SELECT 'm' || (n %% 3) FROM generate_series(1, %d) AS n".formatted(events));
        Path file = directory.resolve("usage.parquet");

        HttpResponse<Path> response = client.send(
                HttpRequest.newBuilder(url(api, "?teamId=acme&format=parquet"))
                        .header("Authorization", api.key(ACME, KeyScope.QUERY))
                        .build(),
                BodyHandlers.ofFile(file));

        assertThat(response.headers().firstValue("content-disposition"))
                .hasValue("attachment; filename=\"usage.parquet\"");
        assertThat(response.headers().firstValue("content-type")).hasValue("application/vnd.apache.parquet");
        try (var duck = DriverManager.getConnection("jdbc:duckdb:");
                var row = duck.createStatement().executeQuery("""
                        SELECT count(*), count(DISTINCT id), sum("costNanoUsd")::text, min(time)::text, min(model), max(model),
                               sum("inputTokens")::bigint, count("promptId"), bool_or(unpriced), min(typeof(time)), min(tags)
                        FROM read_parquet('%s')
                        """.formatted(file))) {
            assertThat(row.next()).isTrue();
            assertThat(row.getLong(1)).isEqualTo(events);
            assertThat(row.getLong(2)).isEqualTo(events);
            assertThat(row.getString(3))
                    .isEqualTo(BigInteger.valueOf(events)
                            .multiply(BigInteger.valueOf(1_000_000_007))
                            .toString());
            assertThat(row.getString(4)).startsWith("2026-11-01 00:00:01");
            assertThat(row.getString(5)).isEqualTo("m0");
            assertThat(row.getString(6)).isEqualTo("m2");
            assertThat(row.getLong(7)).isEqualTo(events);
            assertThat(row.getLong(8)).isZero();
            assertThat(row.getBoolean(9)).isFalse();
            assertThat(row.getString(10)).isEqualTo("TIMESTAMP WITH TIME ZONE");
            assertThat(row.getString(11)).isEqualTo("{}");
        }
    }

    @Test
    void ownersExportAllAndMembersTheirs() throws Exception {
        api.team("acme", "UTC");
        insert(api, "SELECT 'm'");

        assertThat(status("acme-owner", "?teamId=acme")).isEqualTo(200);
        assertThat(status("acme-admin", "?teamId=acme")).isEqualTo(403);
        assertThat(status("acme-viewer", "?teamId=acme&userId=acme-viewer")).isEqualTo(200);
        assertThat(status("acme-viewer", "?teamId=acme&userId=acme-owner")).isEqualTo(403);
        assertThat(api.text(api.signIn("acme-owner"), "/api/teams/acme/usage/export"))
                .contains(",id-1,");
        assertThat(api.get(api.signIn("acme-admin"), "/api/teams/acme/usage/export")
                        .status())
                .isEqualTo(403);
        assertThat(get("?teamId=acme&format=xls").body()).contains("\"code\":\"invalid_request\"");
    }

    @Test
    void whoHasExportedWhatIsLogged() throws Exception {
        api.team("acme", "UTC");
        insert(api, "SELECT 'm'");

        status("acme-owner", "?teamId=acme&format=json&startDate=2026-11-01&endDate=2026-11-02");
        status("acme-viewer", "?teamId=acme&userId=acme-viewer");
        assertThat(status("acme-admin", "?teamId=acme")).isEqualTo(403);

        assertThat(api.database()
                        .<List<String>, RuntimeException>asSystem(handle ->
                                handle.createQuery("""
                                SELECT concat_ws(' ', action, actor_id, resource_type, resource_id, old_values, new_values)
                                FROM audit_log WHERE account = 'team:acme' ORDER BY id
                                """).mapTo(String.class).list()))
                .containsExactly(
                        "data_exported acme-owner usage team:acme {\"to\": \"2026-11-03T00:00:00Z\", "
                                + "\"from\": \"2026-11-01T00:00:00Z\", \"format\": \"json\"}",
                        "data_exported acme-viewer usage team:acme {\"format\": \"csv\", \"userId\": \"acme-viewer\"}");
    }

    @Test
    void whetherThereWouldBeAFileIsToldWithoutOneAndWithoutALine() throws Exception {
        api.team("acme", "UTC");
        insert(api, "SELECT 'm'");

        assertThat(status("acme-owner", "?teamId=acme&format=json&check=true")).isEqualTo(204);
        assertThat(status("acme-admin", "?teamId=acme&check=true")).isEqualTo(403);
        assertThat(get("?teamId=acme&format=xls&startDate=x&check=perhaps").body())
                .contains("\"format\"", "\"startDate\"", "\"check\"");
        assertThat(api.database()
                        .<Long, RuntimeException>asSystem(handle -> handle.createQuery(
                                        "SELECT count(*) FROM audit_log WHERE action = 'data_exported'")
                                .mapTo(Long.class)
                                .one()))
                .isZero();
    }

    @Test
    void anAccountWhoseExportsAreNotReadKeepsNoOtherWaiting() throws Exception {
        insert(api, LONG);
        var held = new ArrayList<InputStream>();
        for (int i = 0; i < Exports.RUNNING_OF_ONE_MAX; i++) {
            held.add(open(api, api.key(ACME, KeyScope.QUERY)));
        }

        HttpResponse<String> refused = get("?teamId=acme");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("\"code\":\"rate_limited\"");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
        assertThat(get("?teamId=acme&check=true").statusCode()).isEqualTo(429);
        assertThat(send(api.key(Account.team("other"), KeyScope.QUERY), "?teamId=other")
                        .statusCode())
                .isEqualTo(200);
        for (InputStream one : held) {
            one.close();
        }
        Await.until(
                () -> assertThat(get("?teamId=acme&model=none").statusCode()).isEqualTo(200));
    }

    @Test
    void asManyExportsAsMayInAllAreRefusedToAThirdAccountUntilOneEndsOrIsBrokenOff() throws Exception {
        Account other = Account.team("other");
        insert(api, ACME, LONG);
        insert(api, other, LONG);
        String third = api.key(Account.team("third"), KeyScope.QUERY);
        var brief = api.access()
                .keys()
                .create(Scope.EVERYONE, NewKey.of("brief", ACME).withScopes(Set.of(KeyScope.QUERY)));
        InputStream brokenOff = open(api, "Bearer " + brief.secret());
        InputStream ended = open(api, api.key(other, KeyScope.QUERY), "?teamId=other");
        var held = new ArrayList<InputStream>();
        held.add(open(api, api.key(ACME, KeyScope.QUERY)));
        held.add(open(api, api.key(other, KeyScope.QUERY), "?teamId=other"));

        HttpResponse<String> refused = send(third, "?teamId=third");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("\"code\":\"rate_limited\"", "4 exports are running");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");

        assertThat(ended.readAllBytes()).isNotEmpty();
        awaitExported(third, "?teamId=third");
        Await.until(() -> held.add(open(api, api.key(other, KeyScope.QUERY), "?teamId=other")));
        assertThat(send(third, "?teamId=third").statusCode()).isEqualTo(429);

        api.access().keys().revoke(Scope.EVERYONE, brief.id());
        assertThatThrownBy(brokenOff::readAllBytes).isInstanceOf(IOException.class);
        awaitExported(third, "?teamId=third");
        for (InputStream one : held) {
            one.close();
        }
    }

    /** The client sees the end of an answer before the server has done with it. */
    private void awaitExported(String credentials, String query) throws Exception {
        Await.until(() -> assertThat(send(credentials, query).statusCode()).isEqualTo(200));
    }

    @Test
    void anExportThatCannotGoOnIsBrokenOffAndDoesNotLookWhole() throws Exception {
        try (var postgres = EmbeddedPostgres.startTemporary();
                TestApi own = api(postgres.createDatabase())) {
            insert(own, LONG);
            InputStream file = open(own, own.key(ACME, KeyScope.QUERY));

            postgres.kill();

            assertThatThrownBy(file::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anExportIsBrokenOffWhenItsKeyIsRevoked() throws Exception {
        insert(api, LONG);
        var brief = api.access()
                .keys()
                .create(Scope.EVERYONE, NewKey.of("brief", ACME).withScopes(Set.of(KeyScope.QUERY)));
        InputStream file = open(api, "Bearer " + brief.secret());

        api.access().keys().revoke(Scope.EVERYONE, brief.id());

        assertThatThrownBy(file::readAllBytes).isInstanceOf(IOException.class);
    }

    /** An export that has begun, and waits for someone to read on. */
    private InputStream open(TestApi of, String credentials) throws Exception {
        return open(of, credentials, "?teamId=acme&format=csv");
    }

    private InputStream open(TestApi of, String credentials, String query) throws Exception {
        var request = HttpRequest.newBuilder(url(of, query))
                .header("Authorization", credentials)
                .build();
        InputStream file = client.send(request, BodyHandlers.ofInputStream()).body();
        assertThat(file.readNBytes(1000)).hasSize(1000);
        return file;
    }

    private HttpResponse<String> get(String query) throws Exception {
        return send(api.key(ACME, KeyScope.QUERY), query);
    }

    private int status(String user, String query) throws Exception {
        return send(api.signIn(user), query).statusCode();
    }

    private HttpResponse<String> send(String credentials, String query) throws Exception {
        return client.send(
                HttpRequest.newBuilder(url(api, query))
                        .header("Authorization", credentials)
                        .build(),
                BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static URI url(TestApi of, String query) {
        return URI.create("http://127.0.0.1:%d/api/token-tracking/export%s".formatted(of.port(), query));
    }

    private static TestApi api(String jdbcUrl) {
        return TestApi.startAt(
                jdbcUrl,
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> List.of(new ExportRoutes(
                        parts.database(),
                        parts.access().authentication(),
                        new AccountZones(parts.database()),
                        parts.access().tiers(),
                        new ShownHistory(parts.access().tiers(), parts.clock()),
                        new UsageHistory(parts.database()),
                        parts.clock())));
    }

    /** One event of the team for each model that the query names, one second after the other. */
    private static void insert(TestApi into, String models) {
        insert(into, ACME, models);
    }

    private static void insert(TestApi into, Account account, String models) {
        into.database().useAsSystem(handle -> {
            handle.createQuery("SELECT usage_history_ensure_month('2026-11-01Z')::text")
                    .mapTo(String.class)
                    .one();
            handle.createUpdate("""
                            INSERT INTO usage_history (
                                account, time, source, event_id, user_id, model, execution_type, input_tokens,
                                cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, input_audio_tokens,
                                input_image_tokens, output_tokens, reasoning_tokens, output_audio_tokens,
                                output_image_tokens, cost_nano_usd, unpriced)
                            SELECT :account, '2026-11-01Z'::timestamptz + interval '1 second' * (row_number() OVER ()),
                                   's', 'id-' || row_number() OVER (), 'ann', model, 'prompt_run',
                                   1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1000000007, false
                            FROM (<models>) AS wanted (model)
                            """)
                    .define("models", models)
                    .bind("account", account.value())
                    .execute();
        });
    }
}
