package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.query.audit.AuditRoutes;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The audit log as a file, of which each page is read when its reader has taken the one before. */
class AuditExportTest {

    private static final Account ACME = Account.team("acme");

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
        api.team("acme", "UTC");
        // Several megabytes, of which the sockets hold only some while nobody reads.
        api.database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO audit_log (account, at, action, actor_kind, actor_id, actor_name, resource_type, resource_id,
                                               new_values)
                        SELECT 'team:acme', now(), 'thing_done', 'system', 'system', 'someone', 'thing', CAST(n AS text),
                               jsonb_build_object('value', repeat('x', 400))
                        FROM generate_series(1, 40000) AS n
                        """));
        var brief = api.access().keys().create(Scope.EVERYONE, NewKey.of("brief", ACME));
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/api/teams/acme/audit-log/export".formatted(api.port())))
                .header("Authorization", "Bearer " + brief.secret())
                .build();
        InputStream file = client.send(request, BodyHandlers.ofInputStream()).body();
        assertThat(file.readNBytes(1000)).hasSize(1000);

        api.access().keys().revoke(Scope.EVERYONE, brief.id());

        assertThatThrownBy(file::readAllBytes).isInstanceOf(IOException.class);
    }
}
