package com.promptmanage.query.developer;

import com.promptmanage.query.history.HistoryQuery;
import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.service.database.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of coding agents in the history: those that carry the tag {@code agent}. */
final class AgentUses {

    /** Where a range is open: before and after all that is kept. */
    private static final Instant EVER = Instant.EPOCH;

    private static final Instant NEVER = Instant.parse("3000-01-01T00:00:00Z");

    private final Database database;

    AgentUses(Database database) {
        this.database = database;
    }

    /**
     * By developer, model and agent, the dearest first; before them the sum of all, which may be more than those.
     *
     * @param limit how many besides the sum
     */
    List<AgentUse> read(HistoryQuery query, int limit) {
        return database.inTransaction(
                query.scope(),
                handle -> handle.createQuery("""
                                SELECT coalesce(user_id, '') AS user_id, coalesce(model, '') AS model,
                                       coalesce(agent, '') AS agent,
                                       count(DISTINCT user_id) AS developers,
                                       count(DISTINCT conversation_id) AS sessions,
                                       count(*) AS runs,
                                       count(*) FILTER (WHERE unpriced) AS unpriced,
                                       coalesce(sum(tokens), 0)::bigint AS tokens,
                                       coalesce(sum(cost_nano_usd), 0)::bigint AS cost,
                                       count(reported_cost_nano_usd) AS reported,
                                       coalesce(sum(reported_cost_nano_usd), 0)::bigint AS reported_cost,
                                       count(reported_cost_nano_usd) FILTER (WHERE NOT unpriced) AS compared,
                                       coalesce(sum(reported_cost_nano_usd) FILTER (WHERE NOT unpriced), 0)::bigint
                                           AS reported_of_compared,
                                       coalesce(sum(cost_nano_usd) FILTER (WHERE reported_cost_nano_usd IS NOT NULL), 0)::bigint
                                           AS cost_of_reported
                                FROM (
                                    SELECT user_id, model, tags ->> 'agent' AS agent, conversation_id, unpriced,
                                           cost_nano_usd, reported_cost_nano_usd,
                                """ + TokenColumns.TOTAL + """
                                               AS tokens
                                    FROM usage_history
                                    WHERE account = :account AND time >= :from AND time < :to
                                      AND (CAST(:member AS text) IS NULL OR user_id = :member)
                                      AND tags ->> 'agent' IS NOT NULL
                                ) AS calls
                                GROUP BY GROUPING SETS ((), (user_id, model, agent))
                                ORDER BY grouping(user_id) DESC, cost DESC, user_id, model, agent
                                LIMIT :limit
                                """)
                        .bind("account", query.account().value())
                        .bind("from", moment(query.range().from(), EVER))
                        .bind("to", moment(query.range().to(), NEVER))
                        .bind("member", query.member())
                        .bind("limit", limit + 1)
                        .map((row, ctx) -> new AgentUse(
                                row.getString("user_id"),
                                row.getString("model"),
                                row.getString("agent"),
                                row.getLong("developers"),
                                row.getLong("sessions"),
                                row.getLong("runs"),
                                row.getLong("unpriced"),
                                row.getLong("tokens"),
                                row.getLong("cost"),
                                row.getLong("reported"),
                                row.getLong("reported_cost"),
                                row.getLong("compared"),
                                row.getLong("reported_of_compared"),
                                row.getLong("cost_of_reported")))
                        .list());
    }

    private static OffsetDateTime moment(@Nullable Instant told, Instant otherwise) {
        return (told == null ? otherwise : told).atOffset(ZoneOffset.UTC);
    }
}
