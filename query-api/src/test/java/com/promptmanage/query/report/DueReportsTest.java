package com.promptmanage.query.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.report.DueReports.Lease;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DueReportsTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    @AutoClose
    private final Database database = Database.open(
            DatabaseSettings.of(TestApi.newDatabase(), "of-the-tests").withConnectionsMax(2));

    private final DueReports reports = new DueReports(database);

    @Test
    void whoseAReportIsIsLookedForAndNotFoundByReadingAllTeamsAndPeople() {
        database.useAsSystem(handle -> {
            handle.execute("INSERT INTO users (id, email, name) VALUES ('ann', 'ann@example.com', 'Ann')");
            handle.execute("""
                    INSERT INTO teams (id, name, slug, deleted_at)
                    VALUES ('acme', 'Acme', 'acme', NULL), ('gone', 'Gone', 'gone', now())
                    """);
            handle.execute("""
                    INSERT INTO report_schedules (id, account, name, frequency, at, recipients, created_by, created_at,
                        updated_at, next_period, due_at)
                    SELECT account, account, 'r', 'weekly', '08:00', '{ann@example.com}', 'ann', now(), now(),
                           '2026-11-16', '2026-11-25Z'
                    FROM unnest(ARRAY['team:acme', 'team:gone', 'user:ann']) AS account
                    """);
            // Of a few rows the database would read all, whatever it is asked.
            handle.execute("SET LOCAL enable_seqscan = off");
            long before = readFromEndToEnd(handle);

            List<Lease> taken = reports.due(NOW).stream()
                    .map(one -> reports.take(one, NOW, NOW.plusSeconds(60)).orElseThrow())
                    .toList();

            assertThat(taken).extracting(Lease::accountName).containsExactlyInAnyOrder("Acme", "Ann");
            assertThat(readFromEndToEnd(handle) - before).isZero();
        });
    }

    private static long readFromEndToEnd(Handle handle) {
        return handle.createQuery("""
                        SELECT pg_stat_get_xact_numscans('users'::regclass)
                             + pg_stat_get_xact_numscans('teams'::regclass)
                        """).mapTo(Long.class).one();
    }
}
