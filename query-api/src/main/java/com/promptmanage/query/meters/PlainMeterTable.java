package com.promptmanage.query.meters;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds up plain events, from the events themselves: a meter that is defined or changed holds at once, for those of before too.
 * Numbers are decimal through and through. A value that is no number, nor a text that is one, is left out.
 */
final class PlainMeterTable {

    private final Database database;

    PlainMeterTable(Database database) {
        this.database = database;
    }

    /** In the order of their windows; one more than {@link MeterRow#ROWS_MAX} if there are too many. */
    List<MeterRow> rows(PlainMeter meter, MeterQuery query) {
        WindowSize window = query.window();
        JsonPath value = meter.value();
        List<String> filtered = query.filters().keySet().stream().sorted().toList();
        return database.inTransaction(
                scope(query.account()),
                handle -> handle.createQuery("""
                                SELECT * FROM (
                                    SELECT start, subject, groups, <aggregate> AS value
                                    FROM (
                                        SELECT *, CASE
                                                   WHEN jsonb_typeof(found) = 'number'
                                                     OR (found #>> '{}') ~ '^[+-]?[0-9]{1,64}([.][0-9]{1,64})?([eE][+-]?[0-9]{1,2})?$'
                                                   THEN (found #>> '{}')::numeric END AS number
                                        FROM (
                                            SELECT CASE WHEN CAST(:step AS text) IS NOT NULL
                                                        THEN date_trunc(CAST(:step AS text), time, CAST(:zone AS text)) END AS start,
                                                   CASE WHEN :bySubject THEN subject END AS subject,
                                                   ARRAY(SELECT data #>> CAST(path AS text[])
                                                         FROM unnest(:groups) WITH ORDINALITY AS asked (path, nth)
                                                         ORDER BY nth) AS groups,
                                                   data #> :value AS found, time, position
                                            FROM plain_events
                                            WHERE account = :account AND type = :type AND time >= :from AND time < :to
                                              AND (NOT :hasSubjects OR subject = ANY (:subjects))
                                              AND NOT EXISTS (
                                                  SELECT 1 FROM unnest(:filters, :allowed) AS filters (path, allowed)
                                                  WHERE coalesce(
                                                      (data #>> CAST(path AS text[])) <> ALL (CAST(allowed AS text[])), true))
                                        ) AS events
                                    ) AS numbers
                                    GROUP BY start, subject, groups
                                ) AS rows
                                WHERE value IS NOT NULL
                                ORDER BY start, subject, groups
                                LIMIT :limit
                                """)
                        .define("aggregate", meter.aggregation().sql())
                        .bind("step", window == null ? null : window.name().toLowerCase(Locale.ROOT))
                        .bind("zone", query.zone().getId())
                        .bind("account", query.account().value())
                        .bind("type", meter.eventType())
                        .bind("from", later(query.from(), meter.eventFrom()).atOffset(ZoneOffset.UTC))
                        .bind("to", query.to().atOffset(ZoneOffset.UTC))
                        .bind("bySubject", query.bySubject())
                        .bind("hasSubjects", !query.subjects().isEmpty())
                        .bindArray("subjects", String.class, query.subjects())
                        .bindArray(
                                "groups",
                                String.class,
                                query.groups().stream()
                                        .map(group -> meter.path(group).asArray())
                                        .toList())
                        .bindArray("value", String.class, value == null ? List.of() : value.steps())
                        .bindArray(
                                "filters",
                                String.class,
                                filtered.stream()
                                        .map(group -> meter.path(group).asArray())
                                        .toList())
                        .bindArray(
                                "allowed",
                                String.class,
                                filtered.stream()
                                        .map(group ->
                                                JsonPath.arrayOf(query.filters().getOrDefault(group, List.of())))
                                        .toList())
                        .bind("limit", MeterRow.ROWS_MAX + 1)
                        .map((row, ctx) -> row(query, row))
                        .list());
    }

    /** In their order. */
    List<String> subjects(Account account, PlainMeter meter, Instant from, Instant to, int limit) {
        return database.inTransaction(
                scope(account),
                handle -> handle.createQuery("""
                                SELECT DISTINCT subject FROM plain_events
                                WHERE account = :account AND type = :type AND time >= :from AND time < :to
                                ORDER BY subject LIMIT :limit
                                """)
                        .bind("account", account.value())
                        .bind("type", meter.eventType())
                        .bind("from", later(from, meter.eventFrom()).atOffset(ZoneOffset.UTC))
                        .bind("to", to.atOffset(ZoneOffset.UTC))
                        .bind("limit", limit)
                        .mapTo(String.class)
                        .list());
    }

    private static Instant later(Instant from, @Nullable Instant eventFrom) {
        return eventFrom != null && eventFrom.isAfter(from) ? eventFrom : from;
    }

    private static MeterRow row(MeterQuery query, ResultSet row) throws SQLException {
        Array array = row.getArray("groups");
        var values = (@Nullable String[]) array.getArray();
        var groups = new HashMap<String, String>();
        for (int i = 0; i < query.groups().size(); i++) {
            String value = values[i];
            if (value != null) {
                groups.put(query.groups().get(i), value);
            }
        }
        @Nullable OffsetDateTime start = row.getObject("start", OffsetDateTime.class);
        BigDecimal value = row.getBigDecimal("value");
        return new MeterRow(
                start == null ? null : start.toInstant(),
                row.getString("subject"),
                groups,
                value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros());
    }

    private static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }
}
