package com.promptmanage.query.history;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Spend by what the ledger has no rows for: one member's part by model, by workflow, by any tag. */
public final class HistoryBreakdown {

    private final Database database;

    public HistoryBreakdown(Database database) {
        this.database = database;
    }

    /** What one value of the dimension used and cost. */
    public record Part(String value, Spend spend) {}

    /**
     * Each value of a dimension, the dearest first. Events without a value are in none, as in the ledger.
     *
     * @param account that the caller was found to be allowed to ask about
     * @param userId one member; null for all
     * @param to exclusive
     */
    public List<Part> breakdown(
            Account account, @Nullable String userId, Dimension dimension, Instant from, Instant to) {
        return database.inTransaction(
                new Scope.Tenant("", Set.of(account.value())),
                handle -> handle.createQuery("""
                        SELECT value,
                               count(*) AS events,
                               count(*) FILTER (WHERE unpriced) AS unpriced,
                               coalesce(sum(cost_nano_usd), 0)::bigint AS cost,
                               sum(input_tokens)::bigint AS t0,
                               sum(cache_read_tokens)::bigint AS t1,
                               sum(cache_write_5m_tokens)::bigint AS t2,
                               sum(cache_write_1h_tokens)::bigint AS t3,
                               sum(input_audio_tokens)::bigint AS t4,
                               sum(input_image_tokens)::bigint AS t5,
                               sum(output_tokens)::bigint AS t6,
                               sum(reasoning_tokens)::bigint AS t7,
                               sum(output_audio_tokens)::bigint AS t8,
                               sum(output_image_tokens)::bigint AS t9
                        FROM (
                            SELECT *, CASE CAST(:dimension AS text)
                                WHEN 'account' THEN account
                                WHEN 'member' THEN user_id
                                WHEN 'model' THEN model
                                WHEN 'provider' THEN provider
                                WHEN 'workflow' THEN workflow_id
                                WHEN 'prompt' THEN prompt_id
                                WHEN 'api_key' THEN api_key_id
                                WHEN 'execution_type' THEN execution_type
                                WHEN 'tag' THEN tags ->> CAST(:tag AS text)
                                END AS value
                            FROM usage_history
                            WHERE account = :account AND time >= :from AND time < :to
                              AND (CAST(:userId AS text) IS NULL OR user_id = :userId)
                        ) AS events
                        WHERE value IS NOT NULL
                        GROUP BY value
                        ORDER BY cost DESC, value
                        """)
                        .bind("dimension", dimension.kind().value())
                        .bind("tag", dimension.tag())
                        .bind("account", account.value())
                        .bind("userId", userId)
                        .bind("from", from.atOffset(ZoneOffset.UTC))
                        .bind("to", to.atOffset(ZoneOffset.UTC))
                        .map((row, ctx) -> {
                            long[] tokens = new long[TokenKind.COUNT];
                            for (int i = 0; i < tokens.length; i++) {
                                tokens[i] = row.getLong("t" + i);
                            }
                            return new Part(
                                    row.getString("value"),
                                    new Spend(
                                            row.getLong("events"),
                                            row.getLong("unpriced"),
                                            row.getLong("cost"),
                                            TokenCounts.ofSums(tokens)));
                        })
                        .list());
    }
}
