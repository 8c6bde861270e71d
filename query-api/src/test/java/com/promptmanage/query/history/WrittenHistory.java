package com.promptmanage.query.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.notify.UnpricedUsage;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.DatabaseUnavailableException;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A topic of its own, the database that writers copy it to, and what is found there. */
final class WrittenHistory implements AutoCloseable {

    static final String TEAM = "team:acme";

    static final String NOON = "2026-11-24T12:00:00.123Z";

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final MeterRegistry meters = new SimpleMeterRegistry();

    private final String url;

    private final Database database;

    private final RatedTopic topic;

    WrittenHistory() throws InterruptedException {
        url = TestApi.newDatabase();
        database = open(url);
        topic = new RatedTopic(kafka);
    }

    /** What the table and the totals say of one account. */
    record Held(long rows, long unpriced, long tokens, long costNanoUsd) {}

    static Database open(String jdbcUrl) {
        return Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(4));
    }

    /** How many rows there are; -1 while the database is away. */
    static long count(Database database) {
        try {
            return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM usage_history")
                    .mapTo(Long.class)
                    .one());
        } catch (DatabaseUnavailableException e) {
            return -1;
        }
    }

    /** A writer, which tells of usage without a price at the fixed time of these tests. */
    TopicCopy start() {
        return start(database, new UnpricedUsage(Clock.fixed(Instant.parse("2026-11-25T08:09:10Z"), ZoneOffset.UTC)));
    }

    TopicCopy start(Database to, HistoryWriter.Listener listener) {
        return HistoryWriter.start(
                topic.name(), to, Map.of("bootstrap.servers", kafka.bootstrapServers()), listener, meters);
    }

    RatedTopic topic() {
        return topic;
    }

    /** For the superuser. */
    String url() {
        return url;
    }

    Database database() {
        return database;
    }

    MeterRegistry meters() {
        return meters;
    }

    void awaitRows(long count) throws Exception {
        Await.until(() -> assertThat(count()).isEqualTo(count));
    }

    long count() {
        return count(database);
    }

    Held held(String account) {
        return sums("""
                SELECT count(*) AS rows, count(*) FILTER (WHERE unpriced) AS unpriced,
                       sum(input_tokens + output_tokens)::bigint AS tokens, coalesce(sum(cost_nano_usd), 0)::bigint AS cost
                FROM usage_history WHERE account = :account
                """, account);
    }

    Held totals(String account) {
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

    long number(String sql) {
        return database.asSystem(
                handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    List<Map<String, Object>> rows(String sql) {
        return new ArrayList<>(
                database.asSystem(handle -> handle.createQuery(sql).mapToMap().list()));
    }

    @Override
    public void close() {
        topic.close();
        database.close();
        meters.close();
    }
}
