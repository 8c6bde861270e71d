package com.promptmanage.query.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.alert.AlertTable.Filter;
import com.promptmanage.query.alert.AlertTable.Listed;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AlertTableTest {

    private static final Account ACME = Account.team("acme");

    private static final Account OTHER = Account.team("other");

    /** After all alerts, so that none counts as unread. */
    private static final Instant LATER = Instant.parse("2026-12-01T00:00:00Z");

    private final String url = TestApi.newDatabase();

    @AutoClose
    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final AlertTable table = new AlertTable(database);

    @Test
    void aPageOfSeveralAccountsReadsAPageOfEachAndNotAllThatTheyHave() throws Exception {
        database.useAsSystem(handle -> handle.execute("""
                INSERT INTO alerts (id, account, severity, occurred_at, raised_at, alert)
                SELECT 'a' || n, CASE WHEN n % 3 = 0 THEN 'team:acme' ELSE 'team:other' END, 'info', time, time, '{}'
                FROM (SELECT n, '2026-11-01Z'::timestamptz + n * interval '1 minute' AS time
                      FROM generate_series(1, 6000) AS n) AS numbers
                """));
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE alerts");
        }
        Set<Account> both = Set.of(ACME, OTHER);
        var scope = new Scope.Tenant("", Set.of(ACME.value(), OTHER.value()));
        var watch = new Watch(both, null, scope);
        var any = new Filter(null, null, null);

        database.useTransaction(scope, handle -> {
            // Often enough that the database would have a plan for all pages.
            for (int i = 0; i < 6; i++) {
                table.list(watch, any, null, LATER, null, 50);
            }
            long before = rowsRead(handle);
            List<Listed> page = table.list(watch, any, null, LATER, 3_001L, 50).alerts();

            assertThat(page).extracting(Listed::number).isEqualTo(numbers(3_000, 50));
            assertThat(rowsRead(handle) - before).isLessThan(200);
        });
    }

    private static List<Long> numbers(long first, int count) {
        return LongStream.range(0, count).mapToObj(n -> first - n).toList();
    }

    private static long rowsRead(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_tuples_returned(relation))::bigint
                        FROM (SELECT 'alerts'::regclass::oid
                              UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = 'alerts'::regclass)
                            AS read (relation)
                        """).mapTo(Long.class).one();
    }
}
