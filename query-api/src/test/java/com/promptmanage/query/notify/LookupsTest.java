package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is read to find out who is told, and what next: not what other teams have, nor what was told before. */
class LookupsTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private final String url = TestApi.newDatabase();

    @AutoClose
    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    @BeforeEach
    void seed() {
        database.useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO users (id, email, name)
                    SELECT id, id || '@example.com', id FROM unnest(ARRAY['ann', 'bob', 'cid']) AS id
                    """);
            handle.execute("INSERT INTO teams (id, name, slug) VALUES ('acme', 'A', 'acme'), ('other', 'O', 'other')");
            handle.execute("""
                    INSERT INTO team_members (team_id, user_id, role)
                    VALUES ('acme', 'ann', 'owner'), ('acme', 'bob', 'viewer'), ('other', 'cid', 'owner')
                    """);
            handle.execute("""
                    INSERT INTO notification_channels
                        (id, account, name, kind, joins, sealed, minimum_level, created_by, created_at, updated_at)
                    SELECT 'of ' || account, account, 'n', 'webhook', false, 's', 'info', 'ann', now(), now()
                    FROM unnest(ARRAY['team:acme', 'team:other', 'user:ann', 'user:bob', 'user:cid']) AS account
                    """);
        });
    }

    @Test
    void whoOwnsAnAccountIsLookedForAndNotFoundByReadingAllPeople() {
        database.useAsSystem(handle -> {
            // Of a few rows the database would read all, whatever it is asked.
            handle.execute("SET LOCAL enable_seqscan = off");
            long before = readFromEndToEnd(handle);

            assertThat(Owners.addresses(database, Account.team("acme"))).containsExactly("ann@example.com");
            assertThat(Owners.addresses(database, Account.user("bob"))).containsExactly("bob@example.com");

            assertThat(readFromEndToEnd(handle) - before).isZero();
        });
    }

    @Test
    void whoIsToldOfATeamsAlertIsLookedForAmongItsOwnMembers() throws SQLException {
        database.<SQLException>useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO alerts (id, account, severity, occurred_at, raised_at, alert)
                    VALUES ('a', 'team:acme', 'critical', now(), now(), '{}')
                    """);
            handle.execute("SET LOCAL enable_seqscan = off");
            long before = readFromEndToEnd(handle);

            new Fanout(Clock.systemUTC()).listed(handle.getConnection(), List.of("a"));

            assertThat(readFromEndToEnd(handle) - before).isZero();
            assertThat(handle.createQuery("SELECT channel_id FROM alert_deliveries")
                            .mapTo(String.class)
                            .list())
                    .containsExactlyInAnyOrder("of team:acme", "of user:ann");
        });
    }

    @Test
    void whatComesNextIsFoundWithoutLookingAtWhatWasDelivered() throws SQLException {
        database.useAsSystem(handle -> handle.execute("""
                INSERT INTO alert_deliveries
                    (id, channel_id, alert_id, account, alert, raised_at, status, due_at, created_at)
                SELECT 'd' || n, 'of team:acme', 'a' || n, 'team:acme', '{}', now(),
                       CASE WHEN n > 4900 THEN 'pending' ELSE 'delivered' END,
                       '2026-11-20Z'::timestamptz + n * interval '1 second', '2026-11-20Z'
                FROM generate_series(1, 5000) AS n
                """));
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE alert_deliveries");
        }
        var table = new DeliveryTable(database);
        var lease = new DeliveryTable.Lease("of team:acme", Account.team("acme"), "n", "webhook", "s", null, 1);

        database.useAsSystem(handle -> {
            long before = rowsRead(handle, "alert_deliveries");
            assertThat(table.next(lease, false, NOW))
                    .hasValueSatisfying(due -> assertThat(due.ids()).containsExactly("d4901"));
            assertThat(rowsRead(handle, "alert_deliveries") - before).isLessThan(10);
        });
    }

    @Test
    void howOftenChannelsWereTriedOutIsCountedWithoutLookingAtOtherChanges() throws SQLException {
        database.useAsSystem(handle -> handle.execute("""
                INSERT INTO audit_log (account, at, action, actor_kind, actor_id, actor_name, resource_type, resource_id)
                SELECT 'team:acme', '2026-11-25T12:00:00Z'::timestamptz - n * interval '1 second',
                       CASE WHEN n % 1000 = 0 THEN 'channel_tested' ELSE 'channel_changed' END,
                       'person', 'ann', 'Ann', 'notification_channel', 'c'
                FROM generate_series(1, 5000) AS n
                """));
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE audit_log");
        }

        database.useAsSystem(handle -> {
            long before = rowsRead(handle, "audit_log");
            assertThat(ChannelTable.trials(handle, Account.team("acme"), NOW.minusSeconds(3_600)))
                    .isEqualTo(3);
            assertThat(rowsRead(handle, "audit_log") - before).isLessThan(10);
        });
    }

    private static long readFromEndToEnd(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_numscans(name::regclass))::bigint
                        FROM unnest(ARRAY['users', 'teams', 'team_members']) AS name
                        """).mapTo(Long.class).one();
    }

    private static long rowsRead(Handle handle, String table) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_tuples_returned(relation))::bigint
                        FROM (SELECT CAST(:table AS regclass)::oid
                              UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = CAST(:table AS regclass))
                            AS read (relation)
                        """).bind("table", table).mapTo(Long.class).one();
    }
}
