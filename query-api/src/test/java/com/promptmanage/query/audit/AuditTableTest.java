package com.promptmanage.query.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.audit.AuditTable.Entry;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.request.DateRange;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AuditTableTest {

    private static final Account ACME = Account.team("acme");

    private final String url = TestApi.newDatabase();

    @AutoClose
    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final AuditTable table = new AuditTable(database);

    @Test
    void aPageFarDownReadsNoneOfThePagesBefore() throws Exception {
        database.useAsSystem(handle -> handle.execute("""
                INSERT INTO audit_log (account, at, action, actor_kind, actor_id, actor_name, resource_type, resource_id)
                SELECT 'team:acme', now(), 'made', 'person', 'ann', 'Ann', 'budget', 'b'
                FROM generate_series(1, 6000)
                """));
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE audit_log");
        }
        var scope = new Scope.Tenant("", Set.of(ACME.value()));
        var all = new AuditQuery(ACME, null, null, null, null, new DateRange(null, null));

        database.useTransaction(scope, handle -> {
            // The plan that the database would come to have for all pages.
            handle.execute("SET LOCAL plan_cache_mode = force_generic_plan");
            long before = rowsRead(handle);
            List<Entry> page = table.list(scope, all, 3_001L, 50);

            assertThat(page).hasSize(50);
            assertThat(page.getFirst().id()).isEqualTo("3000");
            assertThat(rowsRead(handle) - before).isLessThan(100);
        });
    }

    private static long rowsRead(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_tuples_returned(relation))::bigint
                        FROM (SELECT 'audit_log'::regclass::oid
                              UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = 'audit_log'::regclass)
                            AS read (relation)
                        """).mapTo(Long.class).one();
    }
}
