package com.promptmanage.service.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.Json;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for an account that a process knows nothing of yet, while the budgets do not answer. */
class FailModesTest {

    private static final Account ACME = Account.team("acme");

    private static final JsonNode QUESTION = Json.mapper().createObjectNode().put("userId", "ada");

    private final String url = MigratedDatabase.url();

    private final Database database = Database.open(MigratedDatabase.settings(url));

    private final FailModes modes = new FailModes(database, Clock.systemUTC());

    @AfterEach
    void close() {
        database.close();
    }

    /** The budgets' time is over before the database has said a word; the lock is let go of only when all of them wait. */
    @Test
    void callsOfAnAccountWithoutClosedBudgetsAreNotRefusedForADatabaseThatIsSlow() throws Exception {
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE fail_modes IN ACCESS EXCLUSIVE MODE");
            List<CompletableFuture<ClosedBudgets>> looked =
                    List.of(modes.lookUp(ACME), modes.lookUp(ACME), modes.lookUp(ACME));
            Await.until(() -> assertThat(waiting(statement)).isEqualTo(1));

            List<Future<Boolean>> closed = looked.stream()
                    .map(one -> callers.submit(() -> modes.isClosed(ACME, one, QUESTION, System.nanoTime())))
                    .toList();
            other.rollback();

            assertThat(looked).as("one question for all of them").containsOnly(looked.getFirst());
            for (Future<Boolean> one : closed) {
                assertThat(one.get()).isFalse();
            }
        }
    }

    @Test
    void whatTheBudgetsSayToOneCallHoldsForThoseThatStillLookItUp() throws Exception {
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE fail_modes IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<ClosedBudgets> looked = modes.lookUp(ACME);

            modes.remember(ACME, ClosedBudgets.OF_ALL);

            assertThat(modes.isClosed(ACME, looked, QUESTION, System.nanoTime()))
                    .isTrue();
            assertThat(looked).isCompletedWithValue(ClosedBudgets.OF_ALL);
            other.rollback();
        }
    }

    /** As the metering counts: a budget of a model is one of all its names. */
    @Test
    void aModelIsRefusedUnderEachOfItsNames() {
        modes.remember(ACME, new ClosedBudgets(List.of(new ClosedBudgets.On("model", "claude-3-5-sonnet"))));

        assertThat(isClosedFor("claude-3-5-sonnet", null)).isTrue();
        assertThat(isClosedFor("anthropic/Claude-3.5-Sonnet", "openrouter")).isTrue();
        assertThat(isClosedFor("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "aws.bedrock"))
                .isTrue();
        assertThat(isClosedFor("claude-3-5-haiku", "anthropic")).isFalse();
        assertThat(isClosedFor("nobody-lists-it", "anthropic")).isFalse();
    }

    private boolean isClosedFor(String model, @Nullable String provider) {
        JsonNode question = Json.mapper().createObjectNode().put("model", model).put("provider", provider);
        return modes.isClosed(ACME, modes.lookUp(ACME), question, System.nanoTime());
    }

    /** How many statements wait for the table. */
    private static int waiting(Statement statement) throws SQLException {
        try (ResultSet count = statement.executeQuery("""
                SELECT count(*) FROM pg_locks
                WHERE relation = 'fail_modes'::regclass AND NOT granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)) {
            assertThat(count.next()).isTrue();
            return count.getInt(1);
        }
    }
}
