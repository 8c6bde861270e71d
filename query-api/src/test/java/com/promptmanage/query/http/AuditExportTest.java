package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.query.audit.AuditRoutes;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.export.Exports;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The audit log as a file, of which each page is read when its reader has taken the one before. */
class AuditExportTest {

    private static final Account ACME = Account.team("acme");

    private static final String PATH = "/api/teams/acme/audit-log/export";

    @AutoClose
    private final TestApi api = TestApi.start(
            Instant.parse("2026-11-24T12:00:00Z"),
            parts -> List.of(new AuditRoutes(parts.database(), parts.access().authentication(), parts.clock())));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.shutdownNow();
    }

    @Test
    void itIsBrokenOffWhenItsKeyIsRevoked() throws Exception {
        fill();
        var brief = api.access().keys().create(Scope.EVERYONE, NewKey.of("brief", ACME));
        InputStream file = open("Bearer " + brief.secret());

        api.access().keys().revoke(Scope.EVERYONE, brief.id());

        assertThatThrownBy(file::readAllBytes).isInstanceOf(IOException.class);
    }

    @Test
    void anAccountHasAsManyUnderWayAsOfItsUsageUntilTheirReadersLeave() throws Exception {
        fill();
        String key = api.key(NewKey.of("reader", ACME));
        var held = new ArrayList<InputStream>();
        for (int i = 0; i < Exports.RUNNING_OF_ONE_MAX; i++) {
            held.add(open(key));
        }

        TestApi.Answer refused = api.get(key, PATH);
        TestApi.Answer asked = api.get(key, PATH + "?check=true");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).hasValue("10");
        assertThat(asked.status()).isEqualTo(429);
        for (InputStream one : held) {
            one.close();
        }
        Await.until(
                () -> assertThat(api.get(key, PATH + "?check=true").status()).isEqualTo(204));
    }

    /** Several megabytes, of which the sockets hold only some while nobody reads. */
    private void fill() {
        api.team("acme", "UTC");
        api.database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO audit_log (account, at, action, actor_kind, actor_id, actor_name, resource_type, resource_id,
                                               new_values)
                        SELECT 'team:acme', now(), 'thing_done', 'system', 'system', 'someone', 'thing', CAST(n AS text),
                               jsonb_build_object('value', repeat('x', 400))
                        FROM generate_series(1, 40000) AS n
                        """));
    }

    /** An export that has begun, and waits for someone to read on. */
    private InputStream open(String credentials) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(api.port(), PATH)))
                .header("Authorization", credentials)
                .build();
        InputStream file = client.send(request, BodyHandlers.ofInputStream()).body();
        assertThat(file.readNBytes(1000)).hasSize(1000);
        return file;
    }
}
