package com.promptmanage.query.meters;

import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events as they are kept: plain ones as they came, and token usage that did not come as one of those. */
final class KeptEvents {

    private final Database database;

    KeptEvents(Database database) {
        this.database = database;
    }

    /**
     * One event.
     *
     * @param row where it is kept
     */
    record Kept(String id, String source, Instant time, String subject, Instant receivedAt, Content content, long row) {

        Place place() {
            return new Place(time, content instanceof Content.Plain, row);
        }
    }

    /** Where an event stands among the others: after those of a later time. */
    record Place(Instant time, boolean isPlain, long row) {

        String text() {
            return "%s %d %d".formatted(time, isPlain ? 1 : 0, row);
        }

        static Optional<Place> parse(String text) {
            String[] parts = text.split(" ", 3);
            try {
                return parts.length < 3
                        ? Optional.empty()
                        : MeterQuery.parse(parts[0])
                                .map(time -> new Place(time, parts[1].equals("1"), Long.parseLong(parts[2])));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    /** What it says. */
    sealed interface Content {

        /** @param dataJson as it came */
        record Plain(String type, String dataJson) implements Content {}

        record Usage(String model, long tokens, @Nullable Long costNanoUsd) implements Content {}
    }

    /**
     * Which of them.
     *
     * @param texts what an event's {@code id, source, subject} or {@code type} may be; of a name that is not in it, anything
     * @param after after which one they begin; null for the first
     */
    record Wanted(
            Account account,
            Instant from,
            Instant to,
            Map<String, List<String>> texts,
            @Nullable Place after) {}

    /**
     * Where reading the events of one kind begins: before this, in a single comparison. Given the end of the range and the
     * place separately, the database begins in the index at the former, and passes all that was told before, again for
     * every page.
     */
    private record Start(Instant time, long row) {

        static Start of(Wanted wanted, boolean isPlain) {
            @Nullable Place after = wanted.after();
            if (after == null || !after.time().isBefore(wanted.to())) {
                // Below every row's number: the moment at which a range ends is not in it.
                return new Start(wanted.to(), Long.MIN_VALUE);
            }
            if (after.isPlain() == isPlain) {
                return new Start(after.time(), after.row());
            }
            // Of one moment, the plain ones are told before the others.
            return new Start(after.time(), isPlain ? Long.MIN_VALUE : Long.MAX_VALUE);
        }
    }

    /** Someone whom events are about. */
    record Subject(String key, Instant first, Instant last) {}

    /** The newest first. */
    List<Kept> newest(Wanted wanted, int limit) {
        Start used = Start.of(wanted, false);
        Start plain = Start.of(wanted, true);
        return database.inTransaction(scope(wanted.account()), handle -> {
            // As in the history: a plan for any range and place would not begin in the index at this one. And a page's
            // events are looked for one by one: a join that reads all plain ones instead looks cheaper to the database
            // for as long as there are few.
            handle.execute("""
                    SET LOCAL plan_cache_mode = force_custom_plan;
                    SET LOCAL enable_hashjoin = off;
                    SET LOCAL enable_mergejoin = off;
                    SET LOCAL max_parallel_workers_per_gather = 0""");
            // The identities are computed apart: a condition that calls functions which might tell what they are given
            // is
            // held back until a row's policy was asked, and not looked for in an index.
            return handle.createQuery("""
                                SELECT * FROM (
                                    (SELECT event_id, source, time, user_id AS subject, time AS received_at, NULL::text AS type,
                                            NULL::text AS data, model, cost_nano_usd,
                                """ + TokenColumns.TOTAL + """
                                                AS tokens, id
                                     FROM usage_history AS used
                                     CROSS JOIN LATERAL (
                                         SELECT plain_event_identity(used.account, used.source, used.event_id) AS identity
                                         OFFSET 0) AS known
                                     WHERE account = :account AND time >= :from AND (time, id) < (:usedTime, :usedRow)
                                       AND (cardinality(:subject) = 0 OR user_id = ANY (:subject))
                                       AND (cardinality(:id) = 0 OR event_id = ANY (:id))
                                       AND (cardinality(:source) = 0 OR source = ANY (:source))
                                       AND (cardinality(:type) = 0 OR :usage = ANY (:type))
                                       AND NOT EXISTS (
                                           SELECT 1 FROM plain_events AS plain WHERE plain.identity = known.identity)
                                     ORDER BY time DESC, id DESC LIMIT :limit)
                                    UNION ALL
                                    (SELECT event_id, source, time, subject, received_at, type, data::text, NULL::text,
                                            NULL::bigint, NULL::bigint, id
                                     FROM plain_events
                                     WHERE account = :account AND time >= :from AND (time, id) < (:plainTime, :plainRow)
                                       AND (cardinality(:subject) = 0 OR subject = ANY (:subject))
                                       AND (cardinality(:id) = 0 OR event_id = ANY (:id))
                                       AND (cardinality(:source) = 0 OR source = ANY (:source))
                                       AND (cardinality(:type) = 0 OR type = ANY (:type))
                                     ORDER BY time DESC, id DESC LIMIT :limit)
                                ) AS events
                                ORDER BY time DESC, type IS NULL, id DESC LIMIT :limit
                                """)
                    .bind("account", wanted.account().value())
                    .bind("from", wanted.from().atOffset(ZoneOffset.UTC))
                    .bind("usedTime", used.time().atOffset(ZoneOffset.UTC))
                    .bind("usedRow", used.row())
                    .bind("plainTime", plain.time().atOffset(ZoneOffset.UTC))
                    .bind("plainRow", plain.row())
                    .bindArray("subject", String.class, texts(wanted, "subject"))
                    .bindArray("id", String.class, texts(wanted, "id"))
                    .bindArray("source", String.class, texts(wanted, "source"))
                    .bindArray("type", String.class, texts(wanted, "type"))
                    .bind("usage", UsageEvent.TYPE)
                    .bind("limit", limit)
                    .map((row, ctx) -> kept(row))
                    .list();
        });
    }

    /**
     * In the order of their keys.
     *
     * @param key whose; null for everyone's
     */
    List<Subject> subjects(Account account, @Nullable String key, Instant from, Instant to, int limit) {
        return database.inTransaction(
                scope(account),
                handle -> handle.createQuery("""
                                SELECT subject, min(first) AS first, max(last) AS last FROM (
                                    SELECT user_id AS subject, min(time) AS first, max(time) AS last FROM usage_history
                                    WHERE account = :account AND time >= :from AND time < :to
                                      AND (CAST(:key AS text) IS NULL OR user_id = :key)
                                    GROUP BY user_id
                                    UNION ALL
                                    SELECT subject, min(time), max(time) FROM plain_events
                                    WHERE account = :account AND time >= :from AND time < :to
                                      AND (CAST(:key AS text) IS NULL OR subject = :key)
                                    GROUP BY subject
                                ) AS found
                                GROUP BY subject ORDER BY subject LIMIT :limit
                                """)
                        .bind("account", account.value())
                        .bind("key", key)
                        .bind("from", from.atOffset(ZoneOffset.UTC))
                        .bind("to", to.atOffset(ZoneOffset.UTC))
                        .bind("limit", limit)
                        .map((row, ctx) -> new Subject(row.getString("subject"), time(row, "first"), time(row, "last")))
                        .list());
    }

    private static Kept kept(ResultSet row) throws SQLException {
        String type = row.getString("type");
        return new Kept(
                row.getString("event_id"),
                row.getString("source"),
                time(row, "time"),
                row.getString("subject"),
                time(row, "received_at"),
                type == null
                        ? new Content.Usage(
                                row.getString("model"),
                                row.getLong("tokens"),
                                row.getObject("cost_nano_usd", Long.class))
                        : new Content.Plain(type, row.getString("data")),
                row.getLong("id"));
    }

    /** None for any. */
    private static List<String> texts(Wanted wanted, String name) {
        return wanted.texts().getOrDefault(name, List.of());
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }
}
