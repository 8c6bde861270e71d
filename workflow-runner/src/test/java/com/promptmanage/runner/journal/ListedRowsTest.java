package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.journal.ExecutionRecords.NodePage;
import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Pages read what is on them, whatever else there is: of the same execution or workflow, and of other accounts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListedRowsTest {

    private static final Scope ANN = new Scope.Tenant("ann", Set.of("user:ann", "team:acme"));

    private static final Scope DAN = new Scope.Tenant("dan", Set.of("user:dan"));

    private static final Instant FAR = Instant.parse("3000-01-01T00:00:00Z");

    private final String url = MigratedDatabase.url();

    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final ExecutionRecords records = new ExecutionRecords(database);

    @BeforeAll
    void fill() throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("""
                    INSERT INTO workflows (id, account, created_by, name, created_at, updated_at)
                    SELECT 'a' || n, 'team:o' || n, 'bob', 'w', now(), now() FROM generate_series(1, 3000) AS n
                    UNION ALL VALUES ('w1', 'team:acme', 'ann', 'w', now(), now()),
                                     ('w2', 'team:acme', 'ann', 'w', now(), now()),
                                     ('w3', 'team:third', 'cid', 'w', now(), now());
                    INSERT INTO workflows (id, account, created_by, name, tags, created_at, updated_at)
                    VALUES ('own', 'user:dan', 'dan', 'w', '{}', now(), now()),
                           ('tried', 'user:dan', 'dan', 'w', '{node-test}', now(), now());
                    INSERT INTO workflow_versions (workflow_id, version, definition, author, created_at)
                    SELECT id, 1, '{"version": "1.0", "nodes": [{"id": "n", "type": "transform", "label": "N",
                                    "config": {"transformType": "custom", "code": "input"}}], "edges": []}', 'ann', now()
                    FROM workflows WHERE account IN ('team:acme', 'user:dan');
                    INSERT INTO workflow_permissions (workflow_id, account, user_id, level, granted_by, granted_at)
                    VALUES ('w3', 'team:third', 'ann', 'viewer', 'cid', now());
                    INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                        status, created_at, completed_at)
                    SELECT 'large', 'w2', 1, 'team:acme', 'ann', 'manual', '{}', 'completed', now(), now()
                    UNION ALL
                    SELECT 'e' || n, 'w1', 1, 'team:acme', 'ann', 'manual', '{}', 'completed', now(), now()
                    FROM generate_series(1, 3000) AS n
                    UNION ALL
                    SELECT 'o' || n, 'a' || n, 1, 'team:o' || n, 'bob', 'manual', '{}', 'completed', now(), now()
                    FROM generate_series(1, 3000) AS n
                    UNION ALL
                    SELECT 'own', 'own', 1, 'user:dan', 'dan', 'manual', '{}', 'completed', now(), now() - interval '1 h'
                    UNION ALL
                    SELECT 't' || n, 'tried', 1, 'user:dan', 'dan', 'manual', '{}', 'completed', now(), now()
                    FROM generate_series(1, 900) AS n;
                    INSERT INTO node_runs (execution_id, scope, node_id, status, due_at)
                    SELECT 'large', 'loop[' || n || ']', 'n', 'completed', now() FROM generate_series(1, 3000) AS n;
                    INSERT INTO node_runs (execution_id, scope, node_id, status, due_at)
                    SELECT 'o' || n, '', 'n' || m, 'completed', now()
                    FROM generate_series(1, 3000) AS n, generate_series(1, 2) AS m
                    """);
            statement.execute("VACUUM ANALYZE workflows, workflow_permissions, executions, node_runs");
        }
    }

    @AfterAll
    void stop() {
        database.close();
    }

    @Test
    void aPageOfALargeExecutionsNodesReadsNoExecutionsOfOthers() {
        database.useTransaction(ANN, handle -> {
            long before = rowsRead(handle);
            NodePage page = records.page(ANN, "large", null, 1_000, 100);

            assertThat(page.nodes()).hasSize(100);
            assertThat(page.hasMore()).isTrue();
            assertThat(rowsRead(handle) - before).isLessThan(1_000);
        });
    }

    @Test
    void aPageOfAWorkflowsExecutionsReadsNotAllOfThem() {
        var filter = new ExecutionRecords.Filter("w1", null, null, null, null, Instant.EPOCH, null);
        database.useTransaction(ANN, handle -> {
            // The plan that the database would come to have for any workflow.
            handle.execute("SET LOCAL plan_cache_mode = force_generic_plan");
            long before = rowsRead(handle);
            List<Shown> newest = records.list(ANN, filter, 20);

            assertThat(newest).hasSize(20);
            assertThat(newest.getFirst().id()).isEqualTo("e3000");
            assertThat(rowsRead(handle) - before).isLessThan(500);
        });
    }

    @Test
    void whoListsWorkflowsReadsThoseThatTheyMaySeeAndNotThoseOfAllAccounts() {
        var workflows = new Workflows(database, Clock.systemUTC());
        var all = new Workflows.Filter(null, true, null, List.of(), null, null);
        database.useTransaction(ANN, handle -> {
            long before = rowsRead(handle);
            Workflows.Page page = workflows.list(ANN, all, new Workflows.Part(null, 0, 10));

            assertThat(page.workflows()).extracting(WorkflowRow::id).containsExactly("w1", "w2", "w3");
            assertThat(page.total()).isEqualTo(3);
            assertThat(rowsRead(handle) - before).isLessThan(500);
        });
    }

    @Test
    void aPageOfOutputsReadsWhatIsOnItAndNotTheExecutionsBeforeOrThoseOfOthers() {
        var outputs = new ListedOutputs(database);
        database.useTransaction(ANN, handle -> {
            // The plan that the database would come to have for any account.
            handle.execute("SET LOCAL plan_cache_mode = force_generic_plan");
            for (var filter : List.of(outputsOf(null, null), outputsOf("w1", null))) {
                long before = rowsRead(handle);
                ListedOutputs.Page first = outputs.page(ANN, filter, null, 20);
                ListedOutputs.Page second = outputs.page(ANN, filter, first.next(), 20);

                assertThat(first.outputs())
                        .extracting(one -> one.execution().id())
                        .hasSize(20)
                        .startsWith("e3000", "e2999");
                assertThat(second.outputs())
                        .extracting(one -> one.execution().id())
                        .hasSize(20)
                        .startsWith("e2980");
                var far = new ListedOutputs.Place(
                        first.outputs().getFirst().execution().place().completedAt(), 500);
                assertThat(outputs.page(ANN, filter, far, 20).outputs()).hasSize(20);
                assertThat(rowsRead(handle) - before).isLessThan(1_000);
            }
        });
    }

    @Test
    void aSearchForWhatIsRareLooksAtSoManyAndSaysWhereToGoOn() {
        var outputs = new ListedOutputs(database);
        var rare = outputsOf(null, "rare");

        ListedOutputs.Page page = outputs.page(ANN, rare, null, 20);
        int pages = 1;
        for (; page.next() != null; pages++) {
            assertThat(page.outputs()).isEmpty();
            page = outputs.page(ANN, rare, page.next(), 20);
        }

        assertThat(pages).as("of 3,001 executions").isEqualTo(4);
    }

    @Test
    void aPageOfOneStepsOverWhatListsLeaveOutInLargeSteps() {
        var outputs = new ListedOutputs(database);
        var all =
                new ListedOutputs.Filter(new Account("user:dan"), null, null, false, Instant.EPOCH, FAR, Instant.EPOCH);
        database.useTransaction(DAN, handle -> {
            long before = scansOfExecutions(handle);
            ListedOutputs.Page page = outputs.page(DAN, all, null, 1);

            assertThat(page.outputs()).extracting(one -> one.execution().id()).containsExactly("own");
            assertThat(page.next()).isNull();
            assertThat(scansOfExecutions(handle) - before)
                    .as("for 901 executions")
                    .isBetween(1L, 30L);
        });
    }

    private static ListedOutputs.Filter outputsOf(@Nullable String workflowId, @Nullable String tag) {
        return new ListedOutputs.Filter(
                new Account("team:acme"), workflowId, tag, false, Instant.EPOCH, FAR, Instant.EPOCH);
    }

    private static long rowsRead(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_tuples_returned(relation))::bigint
                        FROM unnest(ARRAY['workflows', 'executions', 'node_runs']::regclass[]) AS name
                        CROSS JOIN LATERAL (
                            SELECT name::oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = name) AS read (relation)
                        """).mapTo(Long.class).one();
    }

    private static long scansOfExecutions(Handle handle) {
        return handle.createQuery("""
                        SELECT pg_stat_get_xact_numscans('executions'::regclass)
                               + (SELECT sum(pg_stat_get_xact_numscans(indexrelid))::bigint
                                  FROM pg_index WHERE indrelid = 'executions'::regclass)
                        """).mapTo(Long.class).one();
    }
}
