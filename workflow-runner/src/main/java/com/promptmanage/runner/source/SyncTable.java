package com.promptmanage.runner.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.JsonbText;
import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.runner.source.Sync.Counts;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.id.Ids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/** The history of syncs, and what they brought. Whoever has lost its lease changes nothing any more. */
final class SyncTable {

    private static final int KEY_CHARS_MAX = 512;

    private static final int RECORD_BYTES_MAX = 1 << 20;

    /** Of records that are shown at once, besides the last of them. */
    private static final int PAGE_CHARS_MAX = 4 << 20;

    /** How many rows the database sends ahead. */
    private static final int ROWS_AHEAD = 4;

    private final Database database;

    private final Ids ids;

    private final Clock clock;

    SyncTable(Database database, Clock clock) {
        this.database = database;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /** Newest first. */
    List<Sync> list(Scope scope, String dataSourceId, int limit) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                    SELECT * FROM data_source_syncs WHERE data_source_id = :id
                    ORDER BY started_at DESC, id DESC LIMIT :limit
                    """)
                        .bind("id", dataSourceId)
                        .bind("limit", limit)
                        .map((row, ctx) -> sync(row))
                        .list());
    }

    /** Begins one. Empty if another is running. One that has not been heard of for long is taken for dead. */
    Optional<Sync> begin(DataSource source, Mode mode, @Nullable String triggeredBy) {
        Instant now = clock.instant();
        return database.inTransaction(DataSourceTable.scope(source.account()), handle -> {
            handle.createUpdate("""
                UPDATE data_source_syncs SET status = 'failed', completed_at = :now,
                       error_message = 'the process that ran it has ended'
                WHERE data_source_id = :source AND status = 'running' AND lease_until < :now
                """)
                    .bind("source", source.id())
                    .bind("now", now)
                    .execute();
            return handle.createQuery("""
                INSERT INTO data_source_syncs
                    (id, account, data_source_id, mode, status, triggered_by, started_at, lease_until)
                VALUES (:id, :account, :source, :mode, 'running', :triggeredBy, :now, :lease)
                ON CONFLICT (data_source_id) WHERE status = 'running' DO NOTHING
                RETURNING *
                """)
                    .bind("id", ids.next("sync"))
                    .bind("account", source.account().value())
                    .bind("source", source.id())
                    .bind("mode", mode.value())
                    .bind("triggeredBy", triggeredBy)
                    .bind("now", now)
                    .bind("lease", now.plus(Syncs.LEASE))
                    .map((row, ctx) -> sync(row))
                    .findOne();
        });
    }

    /**
     * Keeps some records, and says that the sync goes on.
     *
     * @return how many were too large to be kept
     * @throws SupersededException if the sync was taken for dead
     */
    int keep(DataSource source, Sync sync, List<JsonNode> records, Counts so) {
        Instant now = clock.instant();
        return database.inTransaction(DataSourceTable.scope(source.account()), handle -> {
            renew(handle, sync, so, now);
            var batch = handle.prepareBatch("""
                INSERT INTO synced_records (data_source_id, record_key, account, record, sync_id, synced_at)
                VALUES (:source, :key, :account, CAST(:record AS json), :sync, :now)
                ON CONFLICT (data_source_id, record_key)
                DO UPDATE SET record = excluded.record, sync_id = excluded.sync_id, synced_at = excluded.synced_at
                """);
            String idField = idField(source.draft().config());
            int tooLarge = 0;
            for (JsonNode record : records) {
                String json = JsonbText.of(record.toString());
                if (json.length() > RECORD_BYTES_MAX) {
                    tooLarge++;
                    continue;
                }
                batch.bind("source", source.id())
                        .bind("key", key(record.path(idField), json))
                        .bind("account", source.account().value())
                        .bind("record", json)
                        .bind("sync", sync.id())
                        .bind("now", now)
                        .add();
            }
            if (batch.size() > 0) {
                batch.execute();
            }
            return tooLarge;
        });
    }

    /** Ends it well: after a full one, what it did not bring is gone. */
    void complete(DataSource source, Sync sync, Counts counts) {
        Instant now = clock.instant();
        database.useTransaction(DataSourceTable.scope(source.account()), handle -> {
            end(handle, sync, "completed", counts, null, now);
            if (sync.mode() == Mode.FULL) {
                handle.execute(
                        "DELETE FROM synced_records WHERE data_source_id = ? AND sync_id <> ?", source.id(), sync.id());
            }
            handle.createUpdate("""
                UPDATE data_sources SET last_sync_at = :started, next_sync_at = :next, error_log = NULL,
                       error_count = 0, status = CASE status WHEN 'error' THEN 'active' ELSE status END
                WHERE id = :id
                """)
                    .bind("id", source.id())
                    .bind("started", sync.startedAt())
                    .bind("next", source.draft().frequency().after(now).orElse(null))
                    .execute();
        });
    }

    /** Ends it badly: after some times in a row, the source is not synced by itself any more. */
    void fail(DataSource source, Sync sync, Counts counts, Failure failure) {
        Instant now = clock.instant();
        database.useTransaction(DataSourceTable.scope(source.account()), handle -> {
            end(handle, sync, "failed", counts, failure, now);
            handle.createUpdate("""
                UPDATE data_sources SET error_log = :error, error_count = error_count + 1, next_sync_at = :next,
                       status = CASE WHEN status = 'active' AND error_count + 1 >= :most THEN 'error' ELSE status END
                WHERE id = :id
                """)
                    .bind("id", source.id())
                    .bind("error", failure.message())
                    .bind("most", DataSource.ERRORS_MAX)
                    .bind(
                            "next",
                            source.draft()
                                    .frequency()
                                    .after(now)
                                    .map(next -> failure.retryAfter()
                                            .map(now::plus)
                                            .filter(asked -> asked.isAfter(next))
                                            .orElse(next))
                                    .orElse(null))
                    .execute();
        });
    }

    /** A record as it was when it was synced. */
    record Copy(String key, JsonNode record) {}

    /** @param isLast whether nothing comes after them */
    record Copies(List<Copy> copies, boolean isLast) {}

    /**
     * In the order of their keys: as many as are wanted, or fewer where they are large.
     *
     * @param afterKey null for the first page
     */
    Copies copies(Scope scope, String dataSourceId, @Nullable String afterKey, int limit) {
        return database.inTransaction(scope, handle -> {
            try (ResultIterator<Kept> rows = handle.createQuery("""
                    SELECT record_key, record FROM synced_records
                    WHERE data_source_id = :id AND (CAST(:after AS text) IS NULL OR record_key > :after)
                    ORDER BY record_key LIMIT :limit
                    """)
                    .bind("id", dataSourceId)
                    .bind("after", afterKey)
                    .bind("limit", limit + 1)
                    .setFetchSize(ROWS_AHEAD)
                    .map((row, ctx) -> new Kept(row.getString("record_key"), row.getString("record")))
                    .iterator()) {
                var copies = new ArrayList<Copy>();
                long chars = 0;
                while (rows.hasNext() && copies.size() < limit && chars < PAGE_CHARS_MAX) {
                    Kept kept = rows.next();
                    chars += kept.record().length();
                    copies.add(new Copy(kept.key(), json(kept.record())));
                }
                return new Copies(copies, !rows.hasNext());
            }
        });
    }

    private record Kept(String key, String record) {}

    private static void renew(Handle handle, Sync sync, Counts counts, Instant now) {
        int renewed = handle.createUpdate("""
            UPDATE data_source_syncs SET lease_until = :lease, records_fetched = :fetched,
                   records_processed = :processed, records_failed = :failed, bytes_transferred = :bytes
            WHERE id = :id AND status = 'running'
            """)
                .bind("id", sync.id())
                .bind("lease", now.plus(Syncs.LEASE))
                .bind("fetched", counts.fetched())
                .bind("processed", counts.processed())
                .bind("failed", counts.failed())
                .bind("bytes", counts.bytes())
                .execute();
        if (renewed == 0) {
            throw new SupersededException(sync.id());
        }
    }

    private static void end(
            Handle handle, Sync sync, String status, Counts counts, @Nullable Failure failure, Instant now) {
        renew(handle, sync, counts, now);
        handle.createUpdate("""
            UPDATE data_source_syncs SET status = :status, completed_at = :now, error_message = :error,
                   error_details = CAST(:details AS jsonb)
            WHERE id = :id
            """)
                .bind("id", sync.id())
                .bind("status", status)
                .bind("now", now)
                .bind("error", failure == null ? null : failure.message())
                .bind(
                        "details",
                        failure == null ? null : JsonbText.of(failure.details().toString()))
                .execute();
    }

    /** As the source's connector calls it. */
    static String idField(JsonNode config) {
        String named = config.path("idField").asText(config.path("idColumn").asText(""));
        return named.isBlank() ? "id" : named;
    }

    /** By its id; a record without one is known by all that it holds. */
    private static String key(JsonNode id, String json) {
        String text = id.asText().replace("\0", "");
        if (id.isValueNode() && !id.isNull() && !text.isBlank() && text.length() <= KEY_CHARS_MAX) {
            return text;
        }
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static Sync sync(ResultSet row) throws SQLException {
        String details = row.getString("error_details");
        return new Sync(
                row.getString("id"),
                row.getString("data_source_id"),
                Mode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                Sync.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("triggered_by"),
                row.getTimestamp("started_at").toInstant(),
                instant(row.getTimestamp("completed_at")),
                new Counts(
                        row.getInt("records_fetched"),
                        row.getInt("records_processed"),
                        row.getInt("records_failed"),
                        row.getLong("bytes_transferred")),
                row.getString("error_message"),
                details == null ? null : json(details));
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a jsonb column holds JSON", e);
        }
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
