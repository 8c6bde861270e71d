package com.promptmanage.ingest.langfuse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.langfuse.ObjectKey.Kind;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.TokenCounts;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The rows of {@code langfuse_objects}. */
final class ObjectTable {

    /** How long a call may last, from the first that is told of it to the last. */
    static final Duration KEPT = Duration.ofDays(3);

    private ObjectTable() {}

    /** Reads and locks the rows, making those that are not there yet. */
    static Map<ObjectKey, Known> lock(Handle handle, Account account, Collection<ObjectKey> keys, Instant now) {
        List<ObjectKey> ordered = keys.stream().sorted(ObjectKey.ORDER).toList();
        var batch = handle.prepareBatch("""
                INSERT INTO langfuse_objects (account, kind, id, told, told_at, changed_at)
                VALUES (:account, :kind, :id, '{}', to_timestamp(0), :now)
                ON CONFLICT (account, kind, id) DO NOTHING
                """);
        ordered.forEach(key -> batch.bind("account", account.value())
                .bind("kind", key.kind().value())
                .bind("id", key.id())
                .bind("now", now)
                .add());
        batch.execute();
        return read(handle, account, ordered, " ORDER BY id FOR UPDATE");
    }

    /** Reads what there is, without locking it. */
    static Map<ObjectKey, Known> read(Handle handle, Account account, Collection<ObjectKey> keys) {
        return read(handle, account, keys, "");
    }

    private static Map<ObjectKey, Known> read(
            Handle handle, Account account, Collection<ObjectKey> keys, String locking) {
        var known = new TreeMap<ObjectKey, Known>(ObjectKey.ORDER);
        for (Kind kind : Kind.values()) {
            List<String> ids = keys.stream()
                    .filter(key -> key.kind() == kind)
                    .map(ObjectKey::id)
                    .toList();
            if (!ids.isEmpty()) {
                handle.createQuery("""
                                SELECT id, told, told_at, counted, counts FROM langfuse_objects
                                WHERE account = :account AND kind = :kind AND id = ANY (:ids)
                                """ + locking)
                        .bind("account", account.value())
                        .bind("kind", kind.value())
                        .bindArray("ids", String.class, ids)
                        .map((row, ctx) -> Map.entry(new ObjectKey(kind, row.getString("id")), read(row)))
                        .forEach(one -> known.put(one.getKey(), one.getValue()));
            }
        }
        return known;
    }

    static void write(Handle handle, Account account, Map<ObjectKey, Known> known, Instant now) {
        var batch = handle.prepareBatch("""
                UPDATE langfuse_objects
                SET told = :told::jsonb, told_at = :toldAt, counted = :counted, counts = :counts, changed_at = :now
                WHERE account = :account AND kind = :kind AND id = :id
                """);
        known.forEach((key, one) -> {
            TokenCounts counted = one.counted();
            batch.bind("told", new String(Json.bytes(one.body()), StandardCharsets.UTF_8))
                    .bind("toldAt", one.toldAt())
                    .bindArray("counted", Long.class, counted == null ? null : boxed(counted))
                    .bind("counts", one.counts())
                    .bind("now", now)
                    .bind("account", account.value())
                    .bind("kind", key.kind().value())
                    .bind("id", key.id())
                    .add();
        });
        batch.execute();
    }

    static void forget(Handle handle, Instant now) {
        handle.createUpdate("DELETE FROM langfuse_objects WHERE changed_at < :before")
                .bind("before", now.minus(KEPT))
                .execute();
    }

    private static Known read(ResultSet row) throws SQLException {
        Array counted = row.getArray("counted");
        return new Known(
                (ObjectNode) EventJson.read(row.getString("told").getBytes(StandardCharsets.UTF_8)),
                row.getTimestamp("told_at").toInstant(),
                counted == null ? null : TokenCounts.of(unboxed((Long[]) counted.getArray())),
                row.getInt("counts"));
    }

    private static Long[] boxed(TokenCounts counts) {
        return Arrays.stream(counts.toArray()).boxed().toArray(Long[]::new);
    }

    private static long[] unboxed(Long[] counts) {
        return Arrays.stream(counts).mapToLong(Long::longValue).toArray();
    }
}
