package com.promptmanage.query.meters;

import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Adds up the history of usage by windows, subjects and groups. */
final class MeterTable {

    private final Database database;

    MeterTable(Database database) {
        this.database = database;
    }

    /** In the order of their windows; one more than {@link MeterRow#ROWS_MAX} if there are too many. */
    List<MeterRow> rows(TokenMeter meter, MeterQuery query) {
        return database.inTransaction(
                scope(query.account()),
                handle -> bound(handle.createQuery("""
                                SELECT start, subject, model, provider, workflow, prompt, api_key, execution_type,
                                       count(*) AS events, count(*) FILTER (WHERE unpriced) AS unpriced,
                                       coalesce(sum(cost_nano_usd), 0)::bigint AS cost, sum(tokens)::bigint AS tokens
                                FROM (
                                    SELECT CASE WHEN CAST(:step AS text) IS NOT NULL
                                                THEN date_trunc(CAST(:step AS text), time, CAST(:zone AS text)) END AS start,
                                           CASE WHEN :bySubject THEN user_id END AS subject,
                                           CASE WHEN :byModel THEN model END AS model,
                                           CASE WHEN :byProvider THEN provider END AS provider,
                                           CASE WHEN :byWorkflow THEN workflow_id END AS workflow,
                                           CASE WHEN :byPrompt THEN prompt_id END AS prompt,
                                           CASE WHEN :byApiKey THEN api_key_id END AS api_key,
                                           CASE WHEN :byExecutionType THEN execution_type END AS execution_type,
                                           unpriced, cost_nano_usd,
                                """ + TokenColumns.TOTAL + """
                                               AS tokens
                                    FROM usage_history
                                    WHERE account = :account AND time >= :from AND time < :to
                                      AND (NOT :hasSubjects OR user_id = ANY (:subjects))
                                      AND (NOT :hasModel OR model = ANY (:model))
                                      AND (NOT :hasProvider OR provider = ANY (:provider))
                                      AND (NOT :hasWorkflow OR workflow_id = ANY (:workflow))
                                      AND (NOT :hasPrompt OR prompt_id = ANY (:prompt))
                                      AND (NOT :hasApiKey OR api_key_id = ANY (:apiKey))
                                      AND (NOT :hasExecutionType OR execution_type = ANY (:executionType))
                                ) AS events
                                GROUP BY start, subject, model, provider, workflow, prompt, api_key, execution_type
                                ORDER BY start, subject, model, provider, workflow, prompt, api_key, execution_type
                                LIMIT :limit
                                """), query)
                        .map((row, ctx) -> row(meter, row))
                        .list());
    }

    List<String> subjects(Account account, Instant from, Instant to, int limit) {
        return database.inTransaction(
                scope(account),
                handle -> handle.createQuery("""
                                SELECT DISTINCT user_id FROM usage_history
                                WHERE account = :account AND time >= :from AND time < :to
                                ORDER BY user_id LIMIT :limit
                                """)
                        .bind("account", account.value())
                        .bind("from", from.atOffset(ZoneOffset.UTC))
                        .bind("to", to.atOffset(ZoneOffset.UTC))
                        .bind("limit", limit)
                        .mapTo(String.class)
                        .list());
    }

    private static Query bound(Query statement, MeterQuery query) {
        WindowSize window = query.window();
        statement
                .bind("step", window == null ? null : window.name().toLowerCase(Locale.ROOT))
                .bind("zone", query.zone().getId())
                .bind("account", query.account().value())
                .bind("from", query.from().atOffset(ZoneOffset.UTC))
                .bind("to", query.to().atOffset(ZoneOffset.UTC))
                .bind("bySubject", query.bySubject())
                .bind("hasSubjects", !query.subjects().isEmpty())
                .bindArray("subjects", String.class, query.subjects())
                .bind("limit", MeterRow.ROWS_MAX + 1);
        for (Group group : Group.values()) {
            String name = name(group);
            List<String> values = query.filters().getOrDefault(group.value(), List.of());
            statement
                    .bind("by" + capital(name), query.groups().contains(group.value()))
                    .bind("has" + capital(name), query.filters().containsKey(group.value()))
                    .bindArray(name, String.class, values);
        }
        return statement;
    }

    private static MeterRow row(TokenMeter meter, ResultSet row) throws SQLException {
        var groups = new HashMap<String, String>();
        for (Group group : Group.values()) {
            String value = row.getString(group.value());
            if (value != null) {
                groups.put(group.value(), value);
            }
        }
        @Nullable OffsetDateTime start = row.getObject("start", OffsetDateTime.class);
        return new MeterRow(
                start == null ? null : start.toInstant(),
                row.getString("subject"),
                groups,
                meter.value(new Spend(
                        row.getLong("events"),
                        row.getLong("unpriced"),
                        row.getLong("cost"),
                        sum(row.getLong("tokens")))));
    }

    /** All of a sum in one kind: a meter tells no kinds apart. */
    private static TokenCounts sum(long tokens) {
        long[] counts = TokenCounts.NONE.toArray();
        counts[0] = tokens;
        return TokenCounts.ofSums(counts);
    }

    private static String name(Group group) {
        return switch (group) {
            case MODEL -> "model";
            case PROVIDER -> "provider";
            case WORKFLOW -> "workflow";
            case PROMPT -> "prompt";
            case API_KEY -> "apiKey";
            case EXECUTION_TYPE -> "executionType";
        };
    }

    private static String capital(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }
}
