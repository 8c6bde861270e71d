package com.promptmanage.query.history;

import com.promptmanage.query.history.HistoryOrder.By;
import com.promptmanage.query.request.DateRange;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history a page at a time, each in a transaction of its own: so a reader that takes its time holds nothing open
 * in the database.
 */
public final class UsageHistory {

    /**
     * How many events are put in order by anything but their time, which no index does: it is all looked at for every page.
     */
    private static final int SORTED_MAX = 1_000_000;

    private static final String MATCHES = """
            account = :account
            """ + FilterColumns.AND_MATCHES;

    private final Database database;

    private final int sortedMax;

    public UsageHistory(Database database) {
        this(database, SORTED_MAX);
    }

    /** @param sortedMax how many events are put in order by anything but their time, at most */
    UsageHistory(Database database, int sortedMax) {
        this.database = database;
        this.sortedMax = sortedMax;
    }

    /**
     * The place of an event in an order of the history.
     *
     * @param number places events of one moment
     * @param value by which the order is, as text; empty if that is the time
     */
    public record Place(Instant time, long number, String value) {

        public static Place of(UsageEntry entry, HistoryOrder order) {
            return new Place(entry.time(), entry.number(), order.by().valueOf(entry));
        }
    }

    /**
     * Where reading in the order of time begins: beyond the place, or with the range if that begins later.
     *
     * <p>One comparison says both. Given one for each, the database begins in the index where the range does, and passes all
     * that was told before, again for every page.
     *
     * @param time null for the first event there is
     */
    private record Start(@Nullable Instant time, long number) {

        static Start of(DateRange range, HistoryOrder order, @Nullable Place place) {
            @Nullable Instant edge = order.isAscending() ? range.from() : range.to();
            // The moment at which a range begins is in it, that at which it ends is not.
            if (place != null && (edge == null || place.time().isBefore(edge) != order.isAscending())) {
                return new Start(place.time(), place.number());
            }
            // Below every event's number: of the moment itself, all is beyond it one way, and nothing the other.
            return new Start(edge, Long.MIN_VALUE);
        }
    }

    /**
     * The events after a place of an order; null for the first of all. Who goes on at the last of each page sees every event
     * once, whatever is written meanwhile; but an event that gets its price meanwhile is where its cost puts it.
     *
     * @throws ProblemException if it is more than can be put in that order
     */
    public List<UsageEntry> after(HistoryQuery query, HistoryOrder order, @Nullable Place place, int limit) {
        return database.inTransaction(query.scope(), handle -> {
            // A plan for any range and place does not begin in the index at this one; the sixth page would be read by
            // it.
            handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
            return order.by() == By.TIME
                    ? byTime(handle, query, order, place, limit)
                    : byValue(handle, query, order, place, limit);
        });
    }

    private static List<UsageEntry> byTime(
            Handle handle, HistoryQuery query, HistoryOrder order, @Nullable Place place, int limit) {
        DateRange range = query.range();
        Start start = Start.of(range, order, place);
        @Nullable Instant end = order.isAscending() ? range.to() : range.from();
        return bound(handle.createQuery("""
                        SELECT * FROM usage_history
                        WHERE <matches>
                          AND (time, id) <beyond> (coalesce(CAST(:startTime AS timestamptz), <first>), :startNumber)
                          AND time <within> coalesce(CAST(:endTime AS timestamptz), <last>)
                        ORDER BY time <direction>, id <direction>
                        LIMIT :limit
                        """), query, order)
                .define("first", order.isAscending() ? "'-infinity'" : "'infinity'")
                .define("within", order.isAscending() ? "<" : ">=")
                .define("last", order.isAscending() ? "'infinity'" : "'-infinity'")
                .bind("startTime", inUtc(start.time()))
                .bind("startNumber", start.number())
                .bind("endTime", inUtc(end))
                .bind("limit", limit)
                .map(UsageHistory::entry)
                .list();
    }

    /** An event, or none if none is after the place; and how many there are to put in order. */
    private record Sorted(long count, Optional<UsageEntry> entry) {}

    /** Finds out what is to be put in order once, and looks at the rest of an event only if it is on the page. */
    private List<UsageEntry> byValue(
            Handle handle, HistoryQuery query, HistoryOrder order, @Nullable Place place, int limit) {
        List<Sorted> found = bound(handle.createQuery("""
                        WITH wanted AS MATERIALIZED (
                            SELECT time, id, <value> AS value FROM usage_history
                            WHERE <matches>
                              AND time >= coalesce(CAST(:from AS timestamptz), '-infinity')
                              AND time < coalesce(CAST(:to AS timestamptz), 'infinity')
                            LIMIT :sortedMax + 1
                        ), page AS (
                            SELECT time, id, value FROM wanted
                            WHERE CAST(:placeTime AS timestamptz) IS NULL
                               OR value <beyond> CAST(:placeValue AS <type>)
                               OR value = CAST(:placeValue AS <type>)
                                   AND (time, id) < (CAST(:placeTime AS timestamptz), :placeNumber)
                            ORDER BY value <direction>, time DESC, id DESC
                            LIMIT :limit
                        )
                        SELECT counted.count, usage_history.*
                        FROM (SELECT count(*) FROM wanted) AS counted
                        LEFT JOIN page ON true
                        LEFT JOIN usage_history
                          ON account = :account AND usage_history.time = page.time AND usage_history.id = page.id
                        ORDER BY page.value <direction>, page.time DESC, page.id DESC
                        """), query, order)
                .define("value", order.by().sql())
                .define("type", order.by().isNumber() ? "bigint" : "text")
                .bind("from", inUtc(query.range().from()))
                .bind("to", inUtc(query.range().to()))
                .bind("placeTime", place == null ? null : inUtc(place.time()))
                .bind("placeNumber", place == null ? 0 : place.number())
                .bind("placeValue", place == null ? null : place.value())
                .bind("sortedMax", sortedMax)
                .bind("limit", limit)
                .map((row, ctx) -> new Sorted(
                        row.getLong("count"),
                        row.getString("account") == null ? Optional.empty() : Optional.of(entry(row, ctx))))
                .list();
        if (found.getFirst().count() > sortedMax) {
            throw ProblemException.invalid(
                    "sort",
                    "is asked of more than %,d events".formatted(sortedMax),
                    "Choose a shorter time or fewer events by the filters, or sort by time.");
        }
        return found.stream().flatMap(sorted -> sorted.entry().stream()).toList();
    }

    private static Query bound(Query statement, HistoryQuery query, HistoryOrder order) {
        return FilterColumns.bind(statement, query.member(), query.filter())
                .define("matches", MATCHES)
                .define("beyond", order.isAscending() ? ">" : "<")
                .define("direction", order.isAscending() ? "ASC" : "DESC")
                .bind("account", query.account().value());
    }

    private static @Nullable OffsetDateTime inUtc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    private static UsageEntry entry(ResultSet row, StatementContext ctx) throws SQLException {
        String account = row.getString("account");
        return new UsageEntry(
                row.getLong("id"),
                row.getObject("time", OffsetDateTime.class).toInstant(),
                row.getString("event_id"),
                row.getString("source"),
                account,
                row.getString("user_id"),
                UsageEntry.teamOf(account),
                row.getString("model"),
                row.getString("provider"),
                row.getString("execution_type"),
                row.getString("prompt_id"),
                row.getString("run_id"),
                row.getString("workflow_id"),
                row.getString("execution_id"),
                row.getString("node_id"),
                row.getString("api_key_id"),
                row.getString("conversation_id"),
                row.getString("service_tier"),
                row.getObject("duration_ms", Long.class),
                row.getString("tags"),
                TokenColumns.counts(row),
                row.getObject("cost_nano_usd", Long.class),
                row.getString("costs"),
                row.getString("price_id"));
    }
}
