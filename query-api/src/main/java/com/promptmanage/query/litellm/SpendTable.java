package com.promptmanage.query.litellm;

import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The history of usage, seen as LiteLLM sees its own. */
final class SpendTable {

    private static final String MEANT = """
            FROM usage_history
            WHERE account = :account AND time >= :from AND time < :to
              AND (CAST(:userId AS text) IS NULL OR user_id = :userId)
              AND (CAST(:model AS text) IS NULL OR model = :model)
              AND (CAST(:apiKeyId AS text) IS NULL OR api_key_id = :apiKeyId)
              AND (CAST(:endUser AS text) IS NULL OR tags ->> 'enduser' = :endUser)
            """;

    /** Far more than anyone looks at, and far fewer than would fill the memory. */
    static final int CELLS_MAX = 100_000;

    private final Database database;

    private final int cellsMax;

    /** @param cellsMax how many cells one question may have */
    SpendTable(Database database, int cellsMax) {
        this.database = database;
        this.cellsMax = cellsMax;
    }

    /**
     * One call.
     *
     * @param spendUsd null while it has no price
     * @param endUser whom it named as the end user; null if nobody
     * @param tags a JSON object
     */
    record Call(
            String id,
            @Nullable String apiKeyId,
            @Nullable BigDecimal spendUsd,
            TokenCounts tokens,
            Instant start,
            Instant end,
            String model,
            @Nullable String provider,
            String userId,
            @Nullable String endUser,
            @Nullable String conversationId,
            String tags) {}

    /**
     * In the order of their days.
     *
     * @throws ProblemException 400 if there are too many
     */
    List<Cell> cells(CellQuery query) {
        List<Cell> cells = database.inTransaction(
                scope(query),
                handle -> bound(handle.createQuery("""
                                SELECT ((time AT TIME ZONE 'UTC')
                                           + CAST(:offset AS integer) * interval '1 second')::date AS day,
                                       user_id, model, provider, api_key_id, tags ->> 'enduser' AS customer,
                                """ + TokenColumns.SUMS + MEANT + """
                                GROUP BY day, user_id, model, provider, api_key_id, customer
                                ORDER BY day, user_id, model, provider, api_key_id, customer
                                LIMIT :limit
                                """), query)
                        .bind("offset", query.zone().getTotalSeconds())
                        .bind("limit", cellsMax + 1)
                        .map((row, ctx) -> new Cell(
                                query.account(),
                                row.getObject("day", LocalDate.class),
                                row.getString("user_id"),
                                row.getString("model"),
                                row.getString("provider"),
                                row.getString("api_key_id"),
                                row.getString("customer"),
                                TokenColumns.spend(row)))
                        .list());
        if (cells.size() > cellsMax) {
            throw ProblemException.invalid(
                    "start_date",
                    "asks for more than %,d sums: there is one for each day, user, model, key and customer"
                            .formatted(cellsMax),
                    "Ask for fewer days, one user_id or one model; or export the history.");
        }
        return cells;
    }

    /**
     * The newest first.
     *
     * @param id of the event; null for any
     */
    List<Call> calls(CellQuery query, @Nullable String id, int limit) {
        return database.inTransaction(
                scope(query),
                handle -> bound(handle.createQuery("""
                                SELECT event_id, api_key_id, cost_nano_usd, time, duration_ms, model, provider, user_id,
                                       tags ->> 'enduser' AS customer, conversation_id, tags,
                                """ + TokenColumns.EACH + "\n" + MEANT + """
                                  AND (CAST(:id AS text) IS NULL OR event_id = :id)
                                ORDER BY time DESC, id DESC LIMIT :limit
                                """), query)
                        .bind("id", id)
                        .bind("limit", limit)
                        .map((row, ctx) -> call(row))
                        .list());
    }

    private static Call call(ResultSet row) throws SQLException {
        Instant end = row.getObject("time", OffsetDateTime.class).toInstant();
        @Nullable Long cost = row.getObject("cost_nano_usd", Long.class);
        return new Call(
                row.getString("event_id"),
                row.getString("api_key_id"),
                cost == null ? null : new BigDecimal(new NanoUsd(cost).toUsd()),
                TokenColumns.counts(row),
                end.minus(Duration.ofMillis(row.getLong("duration_ms"))),
                end,
                row.getString("model"),
                row.getString("provider"),
                row.getString("user_id"),
                row.getString("customer"),
                row.getString("conversation_id"),
                row.getString("tags"));
    }

    private static Scope scope(CellQuery query) {
        return new Scope.Tenant("", Set.of(query.account().value()));
    }

    private static Query bound(Query statement, CellQuery query) {
        return statement
                .bind("account", query.account().value())
                .bind("from", query.first().atStartOfDay(query.zone()).toOffsetDateTime())
                .bind("to", query.last().plusDays(1).atStartOfDay(query.zone()).toOffsetDateTime())
                .bind("userId", query.userId())
                .bind("model", query.model())
                .bind("apiKeyId", query.apiKeyId())
                .bind("endUser", query.endUser());
    }
}
