package com.promptmanage.query.usage;

import com.promptmanage.query.history.FilterColumns;
import com.promptmanage.query.history.HistoryQuery.Filter;
import com.promptmanage.query.history.HistoryQuery.Tag;
import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.query.usage.StatsQuery.Part;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Dimension.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Works out a statistic from the single events of the history: what the ledger has no rows for, such as one model's part by
 * member, or what is of two tags' values and one key. The history follows the ledger by a moment, and costs a look at each event
 * of the range.
 */
final class HistoryStats {

    private final Database database;

    HistoryStats(Database database) {
        this.database = database;
    }

    /** What the events of one day, or of one value of the dimension, come to. */
    private record Sum(
            boolean isDay, @Nullable Integer day, @Nullable String value, Spend spend) {}

    /** The days and the breakdown come from one look, so that they agree; what came before is a look of its own. */
    Stats read(Scope scope, StatsQuery query, Instant now) {
        StatsRange range = query.range();
        List<Long> days = days(range.fromMs(), range.toMs(), range.zone());
        return database.inTransaction(scope, handle -> {
                    List<Sum> sums = sums(handle, query, range.toMs(), days);
                    List<Sum> previous = range.previousFromMs() == range.previousToMs()
                            ? List.of()
                            : sums(handle, query, range.previousToMs(), List.of(range.previousFromMs()));
                    return new StatsParts(byDay(sums, days), byValue(sums), null, byDay(previous, days), null);
                })
                .stats(query, now);
    }

    /** When the days begin that a range touches, the first no earlier than the range. */
    private static List<Long> days(long fromMs, long toMs, ZoneId zone) {
        var starts = new ArrayList<Long>();
        starts.add(fromMs);
        LocalDate day = Instant.ofEpochMilli(fromMs).atZone(zone).toLocalDate().plusDays(1);
        for (long start = StatsRange.startMs(day, zone); start < toMs; start = StatsRange.startMs(day, zone)) {
            starts.add(start);
            day = day.plusDays(1);
        }
        return List.copyOf(starts);
    }

    private static List<SpendEntry> byDay(List<Sum> sums, List<Long> days) {
        return sums.stream()
                .filter(Sum::isDay)
                .map(sum -> new SpendEntry("", sum.day() == null ? days.getFirst() : days.get(sum.day()), sum.spend()))
                .toList();
    }

    private static List<SpendEntry> byValue(List<Sum> sums) {
        var entries = new ArrayList<SpendEntry>();
        for (Sum sum : sums) {
            // What names no value is what is missing of the total.
            if (!sum.isDay() && sum.value() != null) {
                entries.add(new SpendEntry(sum.value(), 0, sum.spend()));
            }
        }
        return List.copyOf(entries);
    }

    /** @param starts of the days, which are told as places in it, from 0 */
    private static List<Sum> sums(Handle handle, StatsQuery query, long toMs, List<Long> starts) {
        @Nullable Dimension by = query.groupBy() instanceof GroupBy.By(var dimension) ? dimension : null;
        Query statement = handle.createQuery("""
                        SELECT grouping(day) = 0 AS is_day, day, value,
                        """ + TokenColumns.SUMS + """
                        FROM (
                            SELECT *,
                                width_bucket(floor(extract(epoch FROM time) * 1000)::bigint, CAST(:starts AS bigint[])) - 1
                                    AS day,
                                CASE CAST(:by AS text)
                                    WHEN 'member' THEN user_id
                                    WHEN 'model' THEN model
                                    WHEN 'provider' THEN provider
                                    WHEN 'workflow' THEN workflow_id
                                    WHEN 'prompt' THEN prompt_id
                                    WHEN 'api_key' THEN api_key_id
                                    WHEN 'execution_type' THEN execution_type
                                    WHEN 'tag' THEN tags ->> CAST(:byTag AS text)
                                    END AS value
                            FROM usage_history
                            WHERE account = :account AND time >= :from AND time < :to
                        """ + FilterColumns.AND_MATCHES + """
                        ) AS events
                        GROUP BY GROUPING SETS ((day), (value))
                        """)
                .bindArray("starts", Long.class, starts)
                .bind("by", by == null ? null : by.kind().value())
                .bind("byTag", by == null ? null : by.tag())
                .bind("account", query.account().value())
                .bind("from", Instant.ofEpochMilli(starts.getFirst()).atOffset(ZoneOffset.UTC))
                .bind("to", Instant.ofEpochMilli(toMs).atOffset(ZoneOffset.UTC));
        return FilterColumns.bind(statement, value(query, Kind.MEMBER), filter(query))
                .map((row, ctx) -> sum(row))
                .list();
    }

    private static Filter filter(StatsQuery query) {
        return new Filter(
                value(query, Kind.MODEL),
                value(query, Kind.PROVIDER),
                value(query, Kind.PROMPT),
                value(query, Kind.WORKFLOW),
                null,
                value(query, Kind.EXECUTION_TYPE),
                value(query, Kind.API_KEY),
                tag(query),
                null);
    }

    private static Sum sum(ResultSet row) throws SQLException {
        return new Sum(
                row.getBoolean("is_day"),
                row.getObject("day", Integer.class),
                row.getString("value"),
                TokenColumns.spend(row));
    }

    private static @Nullable String value(StatsQuery query, Kind kind) {
        return query.parts().stream()
                .filter(part -> part.dimension().kind() == kind)
                .map(Part::value)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Tag tag(StatsQuery query) {
        for (Part part : query.parts()) {
            String name = part.dimension().tag();
            if (name != null) {
                return new Tag(name, part.value());
            }
        }
        return null;
    }
}
