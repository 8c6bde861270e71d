package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.rerated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.notify.UnpricedUsage;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryWriterTest {

    private static final String TEAM = "team:acme";

    private static final String NOON = "2026-11-24T12:00:00.123Z";

    private static final Duration TRAFFIC_MAX = Duration.ofSeconds(60);

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final MeterRegistry meters = new SimpleMeterRegistry();

    private String url;

    private Database database;

    private RatedTopic topic;

    @BeforeEach
    void open() throws Exception {
        url = TestApi.newDatabase();
        database = open(url);
        topic = new RatedTopic(kafka);
    }

    @AfterEach
    void close() {
        topic.close();
        database.close();
        meters.close();
    }

    /** What the table and the totals say of one account. */
    record Held(long rows, long unpriced, long tokens, long costNanoUsd) {}

    @Test
    void aRowHoldsAllThatItsEventSaid() throws Exception {
        String usage = """
                {"userId":"ann","teamId":"acme","model":"claude","provider":"anthropic","executionType":"workflow_node",\
                "promptId":"p","runId":"r","workflowId":"w","executionId":"e","nodeId":"n","apiKeyId":"k",\
                "conversationId":"c","serviceTier":"batch","durationMs":1234,"tags":{"env":"prod","say":"\\"hi\\" ü"},\
                "reservationId":"v","reportedCostNanoUsd":77,\
                "tokens":{"input":1,"cacheRead":2,"cacheWrite5m":3,"cacheWrite1h":4,"inputAudio":5,"inputImage":6,\
                "output":7,"reasoning":8,"outputAudio":9,"outputImage":10}}""";
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(
                    TEAM, List.of(RatedTopic.event("id-1", "2026-11-24T14:00:00.1239+02:00", usage, "rated", "42")));
            awaitRows(1);
        }

        assertThat(rows("SELECT * FROM usage_history")).singleElement().satisfies(row -> {
            assertThat(row)
                    .containsEntry("account", TEAM)
                    .containsEntry("source", "app")
                    .containsEntry("event_id", "id-1")
                    .containsEntry("user_id", "ann")
                    .containsEntry("model", "claude")
                    .containsEntry("provider", "anthropic")
                    .containsEntry("execution_type", "workflow_node")
                    .containsEntry("prompt_id", "p")
                    .containsEntry("run_id", "r")
                    .containsEntry("workflow_id", "w")
                    .containsEntry("execution_id", "e")
                    .containsEntry("node_id", "n")
                    .containsEntry("api_key_id", "k")
                    .containsEntry("conversation_id", "c")
                    .containsEntry("service_tier", "batch")
                    .containsEntry("reservation_id", "v")
                    .containsEntry("duration_ms", 1234L)
                    .containsEntry("reported_cost_nano_usd", 77L)
                    .containsEntry("cost_nano_usd", 42L)
                    .containsEntry("price_id", "price-1")
                    .containsEntry("unpriced", false)
                    .containsEntry("input_tokens", 1L)
                    .containsEntry("cache_read_tokens", 2L)
                    .containsEntry("cache_write_5m_tokens", 3L)
                    .containsEntry("cache_write_1h_tokens", 4L)
                    .containsEntry("input_audio_tokens", 5L)
                    .containsEntry("input_image_tokens", 6L)
                    .containsEntry("output_tokens", 7L)
                    .containsEntry("reasoning_tokens", 8L)
                    .containsEntry("output_audio_tokens", 9L)
                    .containsEntry("output_image_tokens", 10L);
        });
        assertThat(rows("""
                        SELECT (time = '2026-11-24 12:00:00.123Z')::text AS time, tags ->> 'say' AS say,
                               costs ->> 'input' AS cost, tableoid::regclass::text AS partition
                        FROM usage_history
                        """))
                .containsExactly(
                        Map.of("time", "true", "say", "\"hi\" ü", "cost", "42", "partition", "usage_history_2026_11"));
    }

    @Test
    void whatAnAbortedTransactionSaidIsNotThere() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.abortOne(TEAM, List.of(rated(TEAM, "never", NOON, 5, 50)));
            topic.commitOne(TEAM, List.of(rated(TEAM, "one", NOON, 1, 10)));
            topic.abortOne(TEAM, List.of(rated(TEAM, "nor this", NOON, 5, 50)));
            topic.commitOne(TEAM, List.of(rated(TEAM, "two", NOON, 1, 10)));
            awaitRows(2);
        }

        assertThat(rows("SELECT event_id FROM usage_history ORDER BY id"))
                .extracting(row -> row.get("event_id"))
                .containsExactly("one", "two");
        assertThat(totals(TEAM)).isEqualTo(new Held(2, 0, 6, 20));
    }

    @Test
    void anEventThatGetsItsPriceLaterIsReplacedNotAdded() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            // The same id stands twice, far apart: each has its own price to wait for.
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "one", NOON, 1), unpriced(TEAM, "twice", NOON, 3)));
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "twice", NOON, 3)));
            awaitRows(3);
            assertThat(held(TEAM)).isEqualTo(new Held(3, 3, 13, 0));
            assertThat(totals(TEAM)).isEqualTo(new Held(3, 3, 13, 0));

            topic.commit(
                    TEAM,
                    List.of(
                            List.of(rerated(TEAM, "one", NOON, 1, 10), rerated(TEAM, "twice", NOON, 3, 30)),
                            List.of(unpriced(TEAM, "at once", NOON, 4), rerated(TEAM, "at once", NOON, 4, 40))));
            awaitRows(4);
        }

        assertThat(held(TEAM)).isEqualTo(new Held(4, 1, 19, 80));
        assertThat(totals(TEAM)).isEqualTo(new Held(4, 1, 19, 80));
        assertThat(meters.counter("history.unmatched.prices").count()).isZero();
    }

    @Test
    void anEventStandsUnderTheNamesThatItCountsUnder() throws Exception {
        String counted = "\"model\":\"the-model\",\"provider\":\"the-provider\",\"status\"";
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(
                    TEAM,
                    List.of(
                            rated(TEAM, "other names", NOON, 1, 10).replace("\"status\"", counted),
                            rated(TEAM, "its own", NOON, 1, 10),
                            unpriced(TEAM, "waits", NOON, 1),
                            unpriced(TEAM, "waited", NOON, 1)));
            topic.commitOne(TEAM, List.of(rerated(TEAM, "waited", NOON, 1, 10).replace("\"status\"", counted)));
            awaitRows(4);
            Await.until(() -> assertThat(totals(TEAM).unpriced()).isEqualTo(1));
        }

        assertThat(rows("SELECT event_id, model, coalesce(provider, '-') AS provider FROM usage_history"))
                .containsExactlyInAnyOrder(
                        Map.of("event_id", "other names", "model", "the-model", "provider", "the-provider"),
                        Map.of("event_id", "its own", "model", "gpt-4o-mini", "provider", "-"),
                        Map.of("event_id", "waits", "model", "gpt-4o-mini", "provider", "-"),
                        Map.of("event_id", "waited", "model", "the-model", "provider", "the-provider"));
    }

    /** Whichever name its price has for it. */
    @Test
    void whatGetsItsPriceInTheSameBreathHasNotBeenWithoutOne() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commit(
                    TEAM,
                    List.of(List.of(
                            unpriced(TEAM, "at once", NOON, 4),
                            rerated(TEAM, "at once", NOON, 4, 40)
                                    .replace("\"status\"", "\"model\":\"the-model\",\"status\""))));
            awaitRows(1);
        }

        assertThat(rows("SELECT 1 AS told FROM outbox")).isEmpty();
    }

    @Test
    void usageWithoutAPriceIsToldOfOnceForEachAccountModelAndDay() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "one", NOON, 1), unpriced(TEAM, "two", NOON, 1)));
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "long ago", "2026-01-24T12:00:00Z", 1)));
            topic.commitOne("user:eve", List.of(unpriced("user:eve", "hers", NOON, 1)));
            topic.commit(
                    "team:lucky",
                    List.of(List.of(
                            unpriced("team:lucky", "at once", NOON, 4),
                            rerated("team:lucky", "at once", NOON, 4, 40))));
            awaitRows(5);
        }
        // As if all had to be copied once more: nothing of it is news.
        database.useAsSystem(handle -> handle.execute("DELETE FROM copied_offsets"));
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            awaitRows(10);
        }

        assertThat(
                        rows(
                                "SELECT convert_from(record_key, 'UTF8') AS account, convert_from(record_value, 'UTF8') AS alert FROM outbox ORDER BY 1"))
                .satisfiesExactly(
                        told -> {
                            assertThat(told).containsEntry("account", TEAM);
                            assertThat(String.valueOf(told.get("alert")))
                                    .contains(
                                            "\"type\":\"unpriced_usage\"",
                                            "\"model\":\"gpt-4o-mini\"",
                                            "\"occurredAt\":\"2026-11-25T08:09:10Z\"",
                                            "\"severity\":\"warning\"");
                        },
                        told -> assertThat(told).containsEntry("account", "user:eve"));
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
        try (TopicCopy one = start();
                TopicCopy other = start();
                var connection = DriverManager.getConnection(url);
                var statement = connection.prepareStatement(kill)) {
            Await.until(() -> assertThat(one.isCopying() || other.isCopying()).isTrue());
            long deadline = System.nanoTime() + TRAFFIC_MAX.toNanos();
            while ((killed < leastKilled || count(database) < sent) && System.nanoTime() < deadline) {
                for (int i = 0; i < 4; i++) {
                    send(sent++);
                }
                Thread.sleep(random.nextInt(100));
                try (var result = statement.executeQuery()) {
                    killed += result.next() ? result.getLong(1) : 0;
                }
            }
            assertThat(killed).as("connections that were ended").isGreaterThanOrEqualTo(leastKilled);
            assertThat(count(database)).as("rows written meanwhile").isGreaterThanOrEqualTo(sent);
            awaitRows(3L * sent);
        }
        assertThat(rows("SELECT event_id FROM usage_history GROUP BY event_id HAVING count(*) > 1"))
                .isEmpty();
        long cost = (sent - 1L) * sent + sent;
        assertThat(number("SELECT sum(cost_nano_usd) FROM usage_history")).isEqualTo(cost);
        assertThat(number("SELECT sum(cost_nano_usd) FROM rated_totals")).isEqualTo(cost);
        assertThat(number("SELECT sum(events) FROM rated_totals")).isEqualTo(3L * sent);
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
    void nothingIsLostWhilePostgresIsAway() throws Exception {
        try (var postgres = EmbeddedPostgres.startTemporary();
                var away = open(postgres.createDatabase());
                TopicCopy copy =
                        HistoryWriter.start(topic.name(), away, kafkaSettings(), HistoryWriter.Listener.NONE, meters)) {
            topic.commitOne(TEAM, List.of(rated(TEAM, "before", NOON, 1, 1)));
            Await.until(() -> assertThat(count(away)).isEqualTo(1));

            postgres.kill();
            topic.commitOne(TEAM, List.of(rated(TEAM, "meanwhile", NOON, 1, 1)));
            Thread.sleep(1500);
            assertThat(copy.isAlive()).isTrue();
            postgres.start();
            topic.commitOne(TEAM, List.of(rated(TEAM, "after", NOON, 1, 1)));

            Await.until(() -> assertThat(count(away)).isEqualTo(3));
        }
    }

    @Test
    void anotherProcessTakesOverWhereTheFirstStopped() throws Exception {
        TopicCopy first = start();
        topic.commitOne(TEAM, List.of(rated(TEAM, "one", NOON, 1, 1)));
        awaitRows(1);
        try (TopicCopy second = start()) {
            Thread.sleep(300);
            assertThat(second.isCopying()).isFalse();
            first.close();
            topic.commitOne(TEAM, List.of(rated(TEAM, "two", NOON, 1, 1)));
            awaitRows(2);
            assertThat(second.isCopying()).isTrue();
        }
        assertThat(totals(TEAM).rows()).isEqualTo(2);
    }

    @Test
    void aRecordThatCannotBeReadIsToldOfAndDoesNotStopTheNext() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitRaw(TEAM, "{\"data\":{\"events\":[{\"id\":");
            topic.commitRaw("nobody", "{}");
            topic.commitOne(TEAM, List.of(rated(TEAM, "good", NOON, 1, 1)));
            awaitRows(1);
        }
        assertThat(meters.counter("history.unreadable.records").count()).isEqualTo(2);
    }

    @Test
    void aStrangeMemberThatTheLedgerDoesNotCareAboutCostsNoEvent() throws Exception {
        String usage = """
                {"userId":"ann","teamId":"acme","model":"m","x":1,"x":{"x":[1e999999]},"runId":{"a":1},"durationMs":-1.5,\
                "nodeId":"n\\u0000ul \\ud800","tags":{"a":1,"b":"","c":"first","c":"second"},"tokens":{"input":1}}""";
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(RatedTopic.event("odd", "2026-11-24t12:00:60.5z", usage, "rated", "1")));
            awaitRows(1);
        }
        assertThat(rows("""
                        SELECT coalesce(run_id, '-') AS run_id, coalesce(duration_ms, 0) AS ms, node_id, tags::text AS tags,
                               (time = '2026-11-24 12:01:00.5Z') AS in_time
                        FROM usage_history
                        """))
                .containsExactly(Map.of(
                        "run_id", "-", "ms", 0L, "node_id", "nul ?", "tags", "{\"c\": \"first\"}", "in_time", true));
    }

    @Test
    void aTenantSeesItsOwnRowsAndNoOthers() throws Exception {
        try (TopicCopy copy = start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(rated(TEAM, "ours", NOON, 1, 1)));
            topic.commitOne("team:other", List.of(rated("team:other", "theirs", NOON, 1, 1)));
            awaitRows(2);
        }
        List<String> seen = database.inTransaction(
                new Scope.Tenant("ann", Set.of(TEAM)),
                handle -> handle.createQuery("SELECT event_id FROM usage_history")
                        .mapTo(String.class)
                        .list());
        assertThat(seen).containsExactly("ours");
        assertThat(RowSecurity.problems(database)).isEmpty();
    }

    private TopicCopy start() {
        return HistoryWriter.start(
                topic.name(),
                database,
                kafkaSettings(),
                new UnpricedUsage(Clock.fixed(Instant.parse("2026-11-25T08:09:10Z"), ZoneOffset.UTC)),
                meters);
    }

    private Map<String, Object> kafkaSettings() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    private static Database open(String jdbcUrl) {
        return Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(4));
    }

    private void awaitRows(long count) throws Exception {
        Await.until(Duration.ofSeconds(60), () -> assertThat(count(database)).isEqualTo(count));
    }

    private static long count(Database database) {
        try {
            return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM usage_history")
                    .mapTo(Long.class)
                    .one());
        } catch (com.promptmanage.service.database.DatabaseUnavailableException e) {
            return -1;
        }
    }

    private Held held(String account) {
        return sums("""
                SELECT count(*) AS rows, count(*) FILTER (WHERE unpriced) AS unpriced,
                       sum(input_tokens + output_tokens)::bigint AS tokens, coalesce(sum(cost_nano_usd), 0)::bigint AS cost
                FROM usage_history WHERE account = :account
                """, account);
    }

    private Held totals(String account) {
        return sums("""
                SELECT sum(events)::bigint AS rows, sum(unpriced_events)::bigint AS unpriced, sum(tokens)::bigint AS tokens,
                       sum(cost_nano_usd)::bigint AS cost
                FROM rated_totals WHERE account = :account
                """, account);
    }

    private Held sums(String sql, String account) {
        return database.asSystem(handle -> handle.createQuery(sql)
                .bind("account", account)
                .map((row, ctx) -> new Held(
                        row.getLong("rows"), row.getLong("unpriced"), row.getLong("tokens"), row.getLong("cost")))
                .one());
    }

    private long number(String sql) {
        return database.asSystem(
                handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    private List<Map<String, Object>> rows(String sql) {
        return new ArrayList<>(
                database.asSystem(handle -> handle.createQuery(sql).mapToMap().list()));
    }
}
