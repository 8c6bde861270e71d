package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Workflow.prompt;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.testkit.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A process that ends while an answer is on its way into the ledger. */
class EngineCloseTest {

    @Test
    void anAnswerThatHasComeIsStoredAndWhoeverTakesTheNodeUpPaysNothing() throws Exception {
        String jdbcUrl = MigratedDatabase.url();
        var paid = new AtomicInteger();
        String execution;
        try (var sql = DriverManager.getConnection(jdbcUrl)) {
            sql.setAutoCommit(false);
            var ending = new RunningEngine(jdbcUrl, Duration.ofMinutes(2));
            ending.script()
                    .when(
                            "ask",
                            asked -> new Plan.Calls(new Script.Call("ask", question -> {
                                lock(sql, asked.run().executionId());
                                paid.incrementAndGet();
                                return answered("a poem");
                            })));
            execution = ending.trigger(ending.add(Workflow.of(prompt("ask")), 1));
            Await.until(() -> assertThat(paid).hasValue(1));

            Thread closing = Thread.ofPlatform().start(ending::close);
            // It has told its nodes to let go, and waits for them.
            Await.until(
                    () -> assertThat(Arrays.toString(closing.getStackTrace())).contains("awaitTermination"));
            sql.rollback();
            closing.join();

            assertThat(text(sql, "SELECT state FROM external_calls")).isEqualTo("answered");
            assertThat(text(sql, "SELECT status FROM node_runs"))
                    .as("given back, to be taken at once")
                    .isEqualTo("ready");
        }
        try (var next = new RunningEngine(jdbcUrl, Duration.ofMinutes(2))) {
            next.script()
                    .when(
                            "ask",
                            asked -> new Plan.Calls(new Script.Call("ask", question -> {
                                paid.incrementAndGet();
                                return answered("another");
                            })));
            next.awaitStatus(execution, "completed");

            assertThat(paid).hasValue(1);
            assertThat(next.output(execution, "ask")).contains("a poem");
            assertThat(next.nodes(execution)).containsOnly(entry("ask", "completed at 2"));
            assertThat(next.shown(execution).costNanoUsd()).isEqualTo(120_000);
        }
    }

    @Test
    void aCallThatIsPaidForIsWaitedForUntilItsAnswerIsThere() throws Exception {
        String jdbcUrl = MigratedDatabase.url();
        var entered = new CountDownLatch(1);
        var comes = new CountDownLatch(1);
        try (var sql = DriverManager.getConnection(jdbcUrl)) {
            var ending = new RunningEngine(jdbcUrl, Duration.ofMinutes(2));
            ending.script()
                    .when(
                            "ask",
                            asked -> new Plan.Calls(
                                    new Script.Call("ask", question -> Script.slowly(entered, comes, "a poem"))));
            ending.trigger(ending.add(Workflow.of(prompt("ask")), 1));
            entered.await();

            Thread closing = Thread.ofPlatform().start(ending::close);
            Await.until(
                    () -> assertThat(Arrays.toString(closing.getStackTrace())).contains("awaitTermination"));
            comes.countDown();
            closing.join();

            assertThat(text(sql, "SELECT state FROM external_calls")).isEqualTo("answered");
            assertThat(text(sql, "SELECT cost_nano_usd FROM executions")).isEqualTo("120000");
            assertThat(text(sql, "SELECT status FROM node_runs"))
                    .as("given back, with its answer")
                    .isEqualTo("ready");
        }
    }

    /** Until the transaction ends, nothing is stored of the execution. */
    private static void lock(Connection sql, String executionId) {
        try (var statement = sql.prepareStatement("SELECT 1 FROM executions WHERE id = ? FOR UPDATE")) {
            statement.setString(1, executionId);
            statement.executeQuery().close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Connection sql, String query) throws SQLException {
        try (var row = sql.createStatement().executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
