package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.budget.Severity;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

/**
 * Makes, for each alert that is listed, a delivery for each channel that wants it, in the transaction that lists it: so there is
 * one for each alert and channel, or the alert is not listed yet.
 *
 * <p>An alert of an account goes to the account's own channels. One of a team goes also to the channels of the people who answer
 * for the team (owners and admins), and what is about a member's own limit to that member's. It tells the account's name besides
 * its id, as it is then. What is not pressing goes to people together, and to programs by itself.
 */
public final class Fanout implements AlertWriter.Listener {

    private final Ids ids;

    private final Clock clock;

    public Fanout(Clock clock) {
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    @Override
    public void listed(Connection connection, List<String> alertIds) throws SQLException {
        try (PreparedStatement wanted = connection.prepareStatement("""
                        WITH listed AS (SELECT id, account, dimension, value, severity, raised_at, alert FROM alerts WHERE id = ANY (?)),
                        pairs AS (
                            SELECT a.id AS alert_id, c.id AS channel_id
                            FROM listed a JOIN notification_channels c ON c.account = a.account
                            UNION
                            SELECT a.id, c.id
                            FROM listed a
                            JOIN team_members m ON starts_with(a.account, 'team:') AND m.team_id = substr(a.account, 6)
                                AND (m.role IN ('owner', 'admin') OR (a.dimension = 'member' AND a.value = m.user_id))
                            JOIN notification_channels c ON c.account = 'user:' || m.user_id
                        )
                        SELECT a.id, a.severity, a.raised_at, c.id AS channel_id, c.account AS channel_account,
                               (a.alert || jsonb_strip_nulls(jsonb_build_object('accountName', n.name)))::text AS alert,
                               c.joins AND c.kind <> 'webhook' AND (a.alert ->> 'lateEvent') IS NOT DISTINCT FROM 'true' AS gathered,
                               c.joins, c.minimum_level, p.preferences::text AS preferences,
                               ARRAY(SELECT o.id FROM notification_channels o WHERE o.account = p.account) AS channels_there
                        FROM pairs JOIN listed a ON a.id = pairs.alert_id
                        LEFT JOIN LATERAL (
                            SELECT name FROM teams WHERE a.account LIKE 'team:%' AND id = substr(a.account, 6)
                            UNION ALL
                            SELECT name FROM users WHERE a.account LIKE 'user:%' AND id = substr(a.account, 6)
                        ) n ON true
                        JOIN notification_channels c ON c.id = pairs.channel_id AND c.enabled
                        LEFT JOIN notification_preferences p ON p.account = c.account
                        """);
                PreparedStatement insert = connection.prepareStatement("""
                        INSERT INTO alert_deliveries
                            (id, channel_id, alert_id, account, alert, raised_at, batch, status, due_at, created_at)
                        VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, 'pending', ?, ?)
                        ON CONFLICT (alert_id, channel_id) DO NOTHING
                        """)) {
            wanted.setArray(1, connection.createArrayOf("text", alertIds.toArray()));
            Instant now = clock.instant();
            try (ResultSet row = wanted.executeQuery()) {
                while (row.next()) {
                    if (plan(row, now) instanceof Plan.Send send) {
                        add(insert, row, row.getBoolean("gathered") ? send.gathered() : send, now);
                    }
                }
            }
            insert.executeBatch();
        }
    }

    private static Plan plan(ResultSet row, Instant now) throws SQLException {
        return Plan.of(
                row.getString("channel_id"),
                severity(row.getString("minimum_level")),
                row.getBoolean("joins"),
                PreferencesTable.read(row.getString("preferences"))
                        .among(Set.of((String[]) row.getArray("channels_there").getArray())),
                severity(row.getString("severity")),
                AlertType.of(Json.read(row.getString("alert").getBytes(StandardCharsets.UTF_8), JsonNode.class)),
                now);
    }

    private void add(PreparedStatement insert, ResultSet row, Plan.Send send, Instant now) throws SQLException {
        insert.setString(1, ids.next("delivery"));
        insert.setString(2, row.getString("channel_id"));
        insert.setString(3, row.getString("id"));
        insert.setString(4, row.getString("channel_account"));
        insert.setString(5, row.getString("alert"));
        insert.setObject(6, row.getObject("raised_at", OffsetDateTime.class));
        insert.setString(7, send.batch());
        insert.setObject(8, send.due().atOffset(ZoneOffset.UTC));
        insert.setObject(9, now.atOffset(ZoneOffset.UTC));
        insert.addBatch();
    }

    /** What an alert of a newer kind calls its level is taken as a reason to look. */
    private static Severity severity(String text) {
        return Severity.parse(text).orElse(Severity.WARNING);
    }
}
