package com.promptmanage.query.history;

import com.promptmanage.service.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history a page at a time, each in a transaction of its own: so a reader that takes its time holds nothing open
 * in the database.
 */
public final class UsageHistory {

    private final Database database;

    public UsageHistory(Database database) {
        this.database = database;
    }

    /** The place of an event in the order of the history. */
    public record Place(Instant time, long number) {

        public static Place of(UsageEntry entry) {
            return new Place(entry.time(), entry.number());
        }
    }

    /**
     * The events before a place, the newest first; null for the newest of all. Who goes on at the last of each page sees
     * every event once, whatever is written meanwhile.
     */
    public List<UsageEntry> before(HistoryQuery query, @Nullable Place place, int limit) {
        return database.inTransaction(
                query.scope(),
                handle -> bound(handle.createQuery("""
                        SELECT * FROM usage_history
                        WHERE account = :account
                          AND time < coalesce(CAST(:to AS timestamptz), 'infinity')
                          AND (time, id) < (coalesce(CAST(:placeTime AS timestamptz), 'infinity'), :placeNumber)
                          AND time >= coalesce(CAST(:from AS timestamptz), '-infinity')
                          AND (CAST(:member AS text) IS NULL OR user_id = :member)
                          AND (CAST(:model AS text) IS NULL OR model = :model)
                          AND (CAST(:provider AS text) IS NULL OR provider = :provider)
                          AND (CAST(:promptId AS text) IS NULL OR prompt_id = :promptId)
                          AND (CAST(:workflowId AS text) IS NULL OR workflow_id = :workflowId)
                          AND (CAST(:executionId AS text) IS NULL OR execution_id = :executionId)
                          AND (CAST(:executionType AS text) IS NULL OR execution_type = :executionType)
                          AND (CAST(:apiKeyId AS text) IS NULL OR api_key_id = :apiKeyId)
                          AND (CAST(:tagName AS text) IS NULL OR tags ->> CAST(:tagName AS text) = :tagValue)
                          AND (CAST(:unpriced AS boolean) IS NULL OR unpriced = CAST(:unpriced AS boolean))
                        ORDER BY time DESC, id DESC
                        LIMIT :limit
                        """), query, place)
                        .bind("limit", limit)
                        .map(UsageHistory::entry)
                        .list());
    }

    private static Query bound(Query statement, HistoryQuery query, @Nullable Place place) {
        HistoryQuery.Filter filter = query.filter();
        HistoryQuery.@Nullable Tag tag = filter.tag();
        return statement
                .bind("account", query.account().value())
                .bind("from", inUtc(query.range().from()))
                .bind("to", inUtc(query.range().to()))
                .bind("placeTime", place == null ? null : inUtc(place.time()))
                .bind("placeNumber", place == null ? 0 : place.number())
                .bind("member", query.member())
                .bind("model", filter.model())
                .bind("provider", filter.provider())
                .bind("promptId", filter.promptId())
                .bind("workflowId", filter.workflowId())
                .bind("executionId", filter.executionId())
                .bind("executionType", filter.executionType())
                .bind("apiKeyId", filter.apiKeyId())
                .bind("tagName", tag == null ? null : tag.name())
                .bind("tagValue", tag == null ? null : tag.value())
                .bind("unpriced", filter.unpriced());
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
