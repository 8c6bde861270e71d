package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static com.promptmanage.query.history.WrittenHistory.NOON;
import static com.promptmanage.query.history.WrittenHistory.TEAM;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing is lost and nothing is written twice, whatever connections, the database and other processes do. */
class HistoryFaultsTest {

    /** Only who never gets there waits for so long. */
    private static final Duration TRAFFIC_MAX = Duration.ofMinutes(3);

    @AutoClose
    private WrittenHistory history;

    private RatedTopic topic;

    @BeforeEach
    void open() throws Exception {
        history = new WrittenHistory();
        topic = history.topic();
    }

    @Test
    void eachRecordIsWrittenOnceThoughConnectionsAreKilledAllTheTime() throws Exception {
        underTraffic("""
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND usename = 'pm_app' AND random() < 0.3
                """, 20);
    }

    /** Whoever loses the connection that holds the lock goes on for a while, and the other begins. */
    @Test
    void eachRecordIsWrittenOnceThoughTwoBelieveThatItIsTheirTurn() throws Exception {
        underTraffic("""
                SELECT count(pg_terminate_backend(pid)) FROM pg_locks
                WHERE locktype = 'advisory' AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """, 4);
    }

    /** Two writers, records all the time, and now and then a statement that ends connections. */
    private void underTraffic(String kill, int leastKilled) throws Exception {
        var random = new Random(7);
        long killed = 0;
        int sent = 0;
        try (TopicCopy one = history.start();
                TopicCopy other = history.start();
                var connection = DriverManager.getConnection(history.url());
                var statement = connection.prepareStatement(kill)) {
            Await.until(() -> assertThat(one.isCopying() || other.isCopying()).isTrue());
            long deadline = System.nanoTime() + TRAFFIC_MAX.toNanos();
            while ((killed < leastKilled || history.count() < sent) && System.nanoTime() < deadline) {
                for (int i = 0; i < 4; i++) {
                    send(sent++);
                }
                Thread.sleep(random.nextInt(100));
                try (var result = statement.executeQuery()) {
                    killed += result.next() ? result.getLong(1) : 0;
                }
            }
            assertThat(killed).as("connections that were ended").isGreaterThanOrEqualTo(leastKilled);
            assertThat(history.count()).as("rows written meanwhile").isGreaterThanOrEqualTo(sent);
            history.awaitRows(3L * sent);
        }
        assertThat(history.rows("SELECT event_id FROM usage_history GROUP BY event_id HAVING count(*) > 1"))
                .isEmpty();
        long cost = (sent - 1L) * sent + sent;
        assertThat(history.number("SELECT sum(cost_nano_usd) FROM usage_history"))
                .isEqualTo(cost);
        assertThat(history.number("SELECT sum(cost_nano_usd) FROM rated_totals"))
                .isEqualTo(cost);
        assertThat(history.number("SELECT sum(events) FROM rated_totals")).isEqualTo(3L * sent);
    }

    /** Three events that cost {@code 2 i + 1} together, and sometimes one that does not count. */
    private void send(int i) throws Exception {
        String account = "team:" + i % 7;
        topic.commit(
                account,
                List.of(
                        List.of(rated(account, "a" + i, NOON, i, i), rated(account, "b" + i, NOON, 1, 1)),
                        List.of(rated(account, "c" + i, NOON, i, i))));
        if (i % 10 == 0) {
            topic.abortOne(account, List.of(rated(account, "never" + i, NOON, 1, 1)));
        }
    }

    @Test
    void aRecordIsWrittenOnceAfterErrorsThatTheThreadOutlives() throws Exception {
        var errors = new ConcurrentLinkedQueue<Error>(
                List.of(new StackOverflowError(), new NoClassDefFoundError("for now")));
        HistoryWriter.Listener failing = (handle, found) -> {
            Error error = errors.poll();
            if (error != null) {
                throw error;
            }
        };

        try (TopicCopy copy = history.start(history.database(), failing)) {
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "one", NOON, 1)));

            history.awaitRows(1);
            assertThat(copy.isAlive()).isTrue();
        }
        assertThat(errors).isEmpty();
        assertThat(history.totals(TEAM).rows()).isEqualTo(1);
    }

    @Test
    void nothingIsLostWhilePostgresIsAway() throws Exception {
        try (var postgres = EmbeddedPostgres.startTemporary();
                var away = WrittenHistory.open(postgres.createDatabase());
                TopicCopy copy = history.start(away, HistoryWriter.Listener.NONE)) {
            topic.commitOne(TEAM, List.of(rated(TEAM, "before", NOON, 1, 1)));
            Await.until(() -> assertThat(WrittenHistory.count(away)).isEqualTo(1));

            postgres.kill();
            topic.commitOne(TEAM, List.of(rated(TEAM, "meanwhile", NOON, 1, 1)));
            Thread.sleep(1500);
            assertThat(copy.isAlive()).isTrue();
            postgres.start();
            topic.commitOne(TEAM, List.of(rated(TEAM, "after", NOON, 1, 1)));

            Await.until(() -> assertThat(WrittenHistory.count(away)).isEqualTo(3));
        }
    }

    @Test
    void anotherProcessTakesOverWhereTheFirstStopped() throws Exception {
        TopicCopy first = history.start();
        topic.commitOne(TEAM, List.of(rated(TEAM, "one", NOON, 1, 1)));
        history.awaitRows(1);
        try (TopicCopy second = history.start()) {
            Thread.sleep(300);
            assertThat(second.isCopying()).isFalse();
            first.close();
            topic.commitOne(TEAM, List.of(rated(TEAM, "two", NOON, 1, 1)));
            history.awaitRows(2);
            assertThat(second.isCopying()).isTrue();
        }
        assertThat(history.totals(TEAM).rows()).isEqualTo(2);
    }
}
