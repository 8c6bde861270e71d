package com.promptmanage.query.plain;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.plain.PlainEvent.Identity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The rows of a batch of events. What is there already is left out: nobody else can write it meanwhile, for an account's events
 * lie in one partition, whose offset this transaction has moved on before.
 */
final class PlainEventRows implements TopicCopy.Rows {

    /** How many rows one statement writes. */
    private static final int ROWS_MAX = 1_000;

    private final List<PlainEvent> events;

    PlainEventRows(List<PlainEvent> read) {
        Map<Identity, PlainEvent> first = new LinkedHashMap<>();
        read.forEach(event -> first.putIfAbsent(event.identity(), event));
        this.events = new ArrayList<>(first.values());
    }

    @Override
    public void writeTo(Handle handle) throws SQLException {
        Connection connection = handle.getConnection();
        for (int from = 0; from < events.size(); from += ROWS_MAX) {
            insert(connection, events.subList(from, Math.min(from + ROWS_MAX, events.size())));
        }
    }

    private static void insert(Connection connection, List<PlainEvent> events) throws SQLException {
        try (var statement = connection.prepareStatement("""
                INSERT INTO plain_events (account, time, identity, source, event_id, type, subject, data, received_at,
                                          position)
                SELECT account, to_timestamp(time_ms / 1000.0), identity, source, event_id, type, subject, data::jsonb,
                       to_timestamp(received_ms / 1000.0), position
                FROM (
                    SELECT *, plain_event_identity(account, source, event_id) AS identity
                    FROM unnest(
                        ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[],
                        ?::bigint[])
                    WITH ORDINALITY AS given (account, source, event_id, time_ms, type, subject, data, received_ms, position, nth)
                ) AS rows
                WHERE NOT EXISTS (SELECT 1 FROM plain_events AS held WHERE held.identity = rows.identity)
                ORDER BY nth
                """)) {
            set(statement, 1, "text", events, event -> event.identity().account());
            set(statement, 2, "text", events, event -> event.identity().source());
            set(statement, 3, "text", events, event -> event.identity().id());
            set(statement, 4, "bigint", events, event -> event.time().toEpochMilli());
            set(statement, 5, "text", events, PlainEvent::type);
            set(statement, 6, "text", events, PlainEvent::subject);
            set(statement, 7, "text", events, PlainEvent::dataJson);
            set(statement, 8, "bigint", events, event -> event.receivedAt().toEpochMilli());
            set(statement, 9, "bigint", events, PlainEvent::position);
            statement.executeUpdate();
        }
    }

    private static void set(
            PreparedStatement statement,
            int at,
            String type,
            List<PlainEvent> events,
            Function<PlainEvent, Object> value)
            throws SQLException {
        statement.setArray(
                at,
                statement
                        .getConnection()
                        .createArrayOf(type, events.stream().map(value).toArray()));
    }
}
