package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.id.Ids;
import java.sql.DriverManager;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrphanedRunsTest {

    private static final String ROWS = "(SELECT CAST(i AS text) AS i FROM generate_series(1, 5000) AS i) AS r";

    private final String url = MigratedDatabase.url();

    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final Runs runs = new Runs(database, new Versions(), new Ids(Clock.systemUTC()), Clock.systemUTC());

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatWentOfLateIsFoundAtOnceAndWhatWentLongAgoByWhoLooksForAll() {
        String lately = execution();
        String longAgo = execution();
        String stays = execution();
        String ofTeam = execution();
        String ofUser = execution();
        database.useAsSystem(handle -> {
            String delete = """
                    UPDATE workflows SET deleted_at = now() - ? * interval '1 minute'
                    WHERE id = (SELECT workflow_id FROM executions WHERE id = ?)""";
            handle.execute(delete, 1, lately);
            handle.execute(delete, 60, longAgo);
            handle.execute(
                    "INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_gone', 'T', 'team-gone', now())");
            handle.execute(
                    "INSERT INTO users (id, email, name, disabled_at) VALUES ('gone', 'gone@example.com', 'G', now())");
            handle.execute("UPDATE executions SET account = 'team:team_gone' WHERE id = ?", ofTeam);
            handle.execute("UPDATE executions SET account = 'user:gone' WHERE id = ?", ofUser);
        });

        assertThat(runs.orphanedOfLate()).containsExactlyInAnyOrder(lately, ofTeam, ofUser);
        assertThat(runs.orphaned())
                .containsExactlyInAnyOrder(lately, longAgo, ofTeam, ofUser)
                .doesNotContain(stays);
        List.of(lately, ofTeam, ofUser).forEach(runs::cancel);
        assertThat(runs.orphanedOfLate()).isEmpty();
    }

    /** Read each second by each process, however many users there are and however much is under way. */
    @Test
    void whatWentOfLateIsLookedForByIndexes() throws Exception {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("INSERT INTO users (id, email, name) SELECT i, i || '@e.com', i FROM " + ROWS);
            statement.execute("INSERT INTO teams (id, name, slug) SELECT i, i, 'team-' || i FROM " + ROWS);
            statement.execute("""
                    INSERT INTO workflows (id, account, created_by, name, created_at, updated_at)
                    SELECT i, 'user:' || i, 'ada', i, now(), now() FROM\s""" + ROWS);
            statement.execute("""
                    INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                        status, created_at)
                    SELECT i, i, 1, 'user:' || i, 'ada', 'manual', '{}', 'running', now() FROM\s""" + ROWS);
            statement.execute("ANALYZE users, teams, workflows, executions");
        }

        List<String> plan =
                database.asSystem(handle -> handle.createQuery("EXPLAIN " + OrphanedRuns.OF_LATE.replace(":max", "100"))
                        .mapTo(String.class)
                        .list());

        assertThat(String.join("\n", plan))
                .contains("workflows_deleted", "teams_deleted", "users_disabled")
                .doesNotContain("Seq Scan");
    }

    private String execution() {
        String workflow = RunningEngine.add(
                database, Workflow.of(Workflow.delay("pause", 3_600_000)).definition(), 1);
        return runs.enqueue(new Runs.NewRun(workflow, null, "ada", Runs.TriggeredBy.MANUAL, "{}", null, false, null))
                .executionId();
    }
}
