package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.EndOutputs;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.node.NodeExpressions;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.work.Expressions;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.id.Ids;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a continuous workflow's condition sees of an execution. */
class ContinueWhileTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private static final String TRIGGER = "{\"limit\": 5, \"wanted\": \"with-dash\"}";

    private final Database database = Database.open(DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests"));

    private final ContinueWhile goesOn = new ContinueWhile(new EndOutputs(database), new AsNodesDo());

    private record AsNodesDo(NodeExpressions expressions) implements Expressions {

        AsNodesDo() {
            this(new NodeExpressions(new com.promptmanage.runner.expression.Expressions()));
        }

        @Override
        public boolean holds(String condition, Context context) {
            return expressions.holds(condition, context);
        }

        @Override
        public Optional<JsonNode> value(String path, Context context) {
            return expressions.value(path, context);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatComesBehindALargeFanOutCountsAndSoDoesWhatIsTooLargeToStandWithItsNode() {
        var runs = new Runs(database, new Versions(), new Ids(Clock.systemUTC()), Clock.systemUTC());
        String workflow =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 10);
        String execution = runs.enqueue(
                        new NewRun(workflow, null, "ada", TriggeredBy.MANUAL, TRIGGER, null, false, null))
                .executionId();
        database.useAsSystem(handle -> {
            handle.execute("INSERT INTO payloads VALUES ('pay_1', ?, 9, '{\"n\": 8}')", execution);
            handle.execute("""
                    INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, output)
                    SELECT ?, 'each[' || n || ']', 'piece', 'completed', now(), '{"more": false}'
                    FROM generate_series(1, 1100) AS n
                    """, execution);
            handle.execute("""
                    INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, output, payload_id)
                    VALUES (?, '', 'late', 'completed', now(), '{"more": true}', NULL),
                           (?, '', 'with-dash', 'completed', now(), NULL, 'pay_1')
                    """, execution, execution);
        });

        assertThat(goesOn.test(last(workflow, execution, "late.more"))).isTrue();
        assertThat(goesOn.test(last(workflow, execution, "late.more && nodes['with-dash'].n > limit")))
                .isTrue();
        assertThat(goesOn.test(last(workflow, execution, "nodes[wanted].n == 8")))
                .isTrue();
        assertThat(goesOn.test(last(workflow, execution, "piece.more == false")))
                .as("of one iteration among many")
                .isFalse();
    }

    private static Runs.Last last(String workflow, String execution, String condition) {
        var settings = new Settings(null, null, RetryPolicy.UNSET, null, null, null, condition);
        return new Runs.Last(workflow, execution, "ada", TRIGGER, NOON, NOON, settings.effective());
    }
}
