package com.promptmanage.query.history;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.history.RatedEvent.Status;
import com.promptmanage.topics.usage.TokenKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch of events. New events are inserted, and then those that got their price replace what they were; so
 * an event and its price may come in one batch.
 *
 * <p>Rows go in as one array for each column: {@code COPY} does not exist for tables with row-level security.
 */
final class HistoryRows implements TopicCopy.Rows {

    /** How many rows one statement writes. */
    private static final int ROWS_MAX = 10_000;

    private final List<RatedEvent> added = new ArrayList<>();

    private final List<RatedEvent> rerated = new ArrayList<>();

    private final Map<Day, Sums> sums = new TreeMap<>();

    private final LongConsumer unmatched;

    private record Day(String account, LocalDate day) implements Comparable<Day> {

        /** One order for all, so that two transactions never wait for each other. */
        @Override
        public int compareTo(Day other) {
            int byAccount = account.compareTo(other.account);
            return byAccount != 0 ? byAccount : day.compareTo(other.day);
        }
    }

    private record Sums(long events, long unpriced, long tokens, long costNanoUsd) {

        Sums plus(Sums other) {
            return new Sums(
                    Math.addExact(events, other.events),
                    Math.addExact(unpriced, other.unpriced),
                    Math.addExact(tokens, other.tokens),
                    Math.addExact(costNanoUsd, other.costNanoUsd));
        }
    }

    /** @param unmatched is told how many events got a price that are not in the table */
    HistoryRows(List<RatedEvent> events, LongConsumer unmatched) {
        this.unmatched = unmatched;
        for (RatedEvent event : events) {
            (event.status() == Status.RERATED ? rerated : added).add(event);
            sums.merge(
                    new Day(
                            event.account(),
                            event.time().atOffset(ZoneOffset.UTC).toLocalDate()),
                    change(event),
                    Sums::plus);
        }
    }

    @Override
    public void writeTo(Handle handle) throws SQLException {
        Connection connection = handle.getConnection();
        for (int from = 0; from < added.size(); from += ROWS_MAX) {
            insert(connection, added.subList(from, Math.min(from + ROWS_MAX, added.size())));
        }
        for (int from = 0; from < rerated.size(); from += ROWS_MAX) {
            replace(connection, rerated.subList(from, Math.min(from + ROWS_MAX, rerated.size())));
        }
        addToTotals(connection);
    }

    private static Sums change(RatedEvent event) {
        long cost = event.costNanoUsd() == null ? 0 : event.costNanoUsd();
        return switch (event.status()) {
            case RATED -> new Sums(1, 0, event.tokens().total(), cost);
            case UNPRICED -> new Sums(1, 1, event.tokens().total(), 0);
            case RERATED -> new Sums(0, -1, 0, cost);
        };
    }

    private static void insert(Connection connection, List<RatedEvent> events) throws SQLException {
        try (var statement = connection.prepareStatement("""
                INSERT INTO usage_history (
                    account, time, source, event_id,
                    user_id, model, provider, execution_type, prompt_id, run_id, workflow_id, execution_id, node_id,
                    api_key_id, conversation_id, service_tier, reservation_id,
                """ + TokenColumns.EACH + """
                    , duration_ms, reported_cost_nano_usd, tags, cost_nano_usd, costs, price_id, unpriced)
                SELECT account, to_timestamp(time_ms / 1000.0), source, event_id,
                       user_id, model, provider, execution_type, prompt_id, run_id, workflow_id, execution_id, node_id,
                       api_key_id, conversation_id, service_tier, reservation_id,
                       t0, t1, t2, t3, t4, t5, t6, t7, t8, t9,
                       duration_ms, reported_cost_nano_usd, tags::jsonb, cost_nano_usd, costs::jsonb, price_id,
                       cost_nano_usd IS NULL
                FROM unnest(
                    ?::text[], ?::bigint[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::text[])
                WITH ORDINALITY AS rows (
                    account, time_ms, source, event_id,
                    user_id, model, provider, execution_type, prompt_id, run_id, workflow_id, execution_id, node_id,
                    api_key_id, conversation_id, service_tier, reservation_id,
                    t0, t1, t2, t3, t4, t5, t6, t7, t8, t9,
                    duration_ms, reported_cost_nano_usd, tags, cost_nano_usd, costs, price_id, nth)
                ORDER BY nth
                """)) {
            var columns = new Columns(statement, events);
            columns.identity();
            for (String name : RatedEvent.NAMES) {
                columns.texts(event -> event.name(name));
            }
            for (TokenKind kind : TokenKind.values()) {
                columns.numbers(event -> event.tokens().get(kind));
            }
            columns.numbersOrNull(RatedEvent::durationMs);
            columns.numbersOrNull(RatedEvent::reportedCostNanoUsd);
            columns.texts(RatedEvent::tagsJson);
            columns.numbersOrNull(RatedEvent::costNanoUsd);
            columns.texts(RatedEvent::costsJson);
            columns.texts(RatedEvent::priceId);
            statement.executeUpdate();
        }
    }

    /** The n-th price that comes for an id goes to the n-th row of it that has none: an id may stand twice, far apart. */
    private void replace(Connection connection, List<RatedEvent> events) throws SQLException {
        try (var statement = connection.prepareStatement("""
                WITH priced AS (
                    SELECT account, to_timestamp(time_ms / 1000.0) AS time, source, event_id, model, provider,
                           cost_nano_usd, costs, price_id,
                           row_number() OVER (PARTITION BY account, time_ms, source, event_id ORDER BY nth) AS turn
                    FROM unnest(
                        ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::bigint[], ?::text[], ?::text[])
                    WITH ORDINALITY AS rows (
                        account, time_ms, source, event_id, model, provider, cost_nano_usd, costs, price_id, nth)
                ), waiting AS (
                    SELECT held.account, held.time, held.id, held.source, held.event_id,
                           row_number() OVER (
                               PARTITION BY held.account, held.time, held.source, held.event_id ORDER BY held.id) AS turn
                    FROM (SELECT DISTINCT account, time, source, event_id FROM priced) AS wanted
                    JOIN usage_history held USING (account, time, source, event_id)
                    WHERE held.unpriced
                )
                UPDATE usage_history SET
                    model = priced.model,
                    provider = priced.provider,
                    cost_nano_usd = priced.cost_nano_usd,
                    costs = priced.costs::jsonb,
                    price_id = priced.price_id,
                    unpriced = false
                FROM priced JOIN waiting USING (account, time, source, event_id, turn)
                WHERE usage_history.account = waiting.account
                  AND usage_history.time = waiting.time
                  AND usage_history.id = waiting.id
                """)) {
            var columns = new Columns(statement, events);
            columns.identity();
            columns.texts(event -> event.name("model"));
            columns.texts(event -> event.name("provider"));
            columns.numbersOrNull(RatedEvent::costNanoUsd);
            columns.texts(RatedEvent::costsJson);
            columns.texts(RatedEvent::priceId);
            int replaced = statement.executeUpdate();
            if (replaced != events.size()) {
                unmatched.accept(events.size() - replaced);
            }
        }
    }

    private void addToTotals(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("""
                INSERT INTO rated_totals AS held (account, day, events, unpriced_events, tokens, cost_nano_usd)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (account, day) DO UPDATE SET
                    events = held.events + excluded.events,
                    unpriced_events = held.unpriced_events + excluded.unpriced_events,
                    tokens = held.tokens + excluded.tokens,
                    cost_nano_usd = held.cost_nano_usd + excluded.cost_nano_usd
                """)) {
            for (Map.Entry<Day, Sums> entry : sums.entrySet()) {
                statement.setString(1, entry.getKey().account());
                statement.setObject(2, entry.getKey().day());
                statement.setLong(3, entry.getValue().events());
                statement.setLong(4, entry.getValue().unpriced());
                statement.setLong(5, entry.getValue().tokens());
                statement.setLong(6, entry.getValue().costNanoUsd());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Fills a statement's parameters, one array of all events' values after the other. */
    private static final class Columns {

        private final PreparedStatement statement;

        private final List<RatedEvent> events;

        private int filled;

        Columns(PreparedStatement statement, List<RatedEvent> events) {
            this.statement = statement;
            this.events = events;
        }

        /** What tells one event from another: account, time in ms, source, id. */
        void identity() throws SQLException {
            texts(RatedEvent::account);
            numbers(event -> event.time().toEpochMilli());
            texts(RatedEvent::source);
            texts(RatedEvent::id);
        }

        void texts(Function<RatedEvent, @Nullable String> value) throws SQLException {
            add("text", events.stream().map(value).toArray());
        }

        void numbers(ToLongFunction<RatedEvent> value) throws SQLException {
            add("bigint", events.stream().mapToLong(value).boxed().toArray());
        }

        void numbersOrNull(Function<RatedEvent, @Nullable Long> value) throws SQLException {
            add("bigint", events.stream().map(value).toArray());
        }

        private void add(String type, Object[] values) throws SQLException {
            statement.setArray(++filled, statement.getConnection().createArrayOf(type, values));
        }
    }
}
