package com.promptmanage.service.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/**
 * Puts records into the table that {@link OutboxRelay} takes to Kafka. They leave if and only if the caller's transaction
 * commits.
 *
 * <p>Order: each append holds, until its transaction ends, a lock on what the record is ordered by. So a row's number
 * tells the order in which such transactions commit, though numbers are given out before that. Several records of one
 * transaction are appended together, which takes their locks in one order for all and so cannot lock up.
 */
public final class Outbox {

    static final String CHANNEL = "outbox";

    /**
     * Commits that notify wait for each other in the server, so not every one does. The relay looks by itself soon after
     * it had something to do.
     */
    private static final long NOTIFY_EVERY_NANOS = 5_000_000;

    private static final ObjectMapper HEADERS = new ObjectMapper();

    private static final AtomicLong LAST_NOTIFIED_NANOS = new AtomicLong(System.nanoTime() - NOTIFY_EVERY_NANOS);

    private Outbox() {}

    public static void append(Handle handle, OutboxRecord record) {
        append(handle, List.of(record));
    }

    /** In this order. */
    public static void append(Handle handle, List<OutboxRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        List<String> orders = records.stream()
                .map(record -> record.topic() + '\n' + record.order())
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
        // In one round trip. A row's number is given out above the ordered subquery, whose rows all come out of a join
        // with the
        // count of locks: whatever the plan, none comes before all locks were taken. OutboxOrderTest attacks that.
        handle.createUpdate("""
                        WITH locks AS MATERIALIZED (
                            SELECT pg_advisory_xact_lock(hashtextextended(o.name, 7)) FROM unnest(:orders) AS o(name))
                        INSERT INTO outbox (topic, record_key, record_value, headers)
                        SELECT r.topic, r.key, r.value, CAST(r.headers AS jsonb)
                        FROM (SELECT count(*) FROM locks) AS taken
                        CROSS JOIN unnest(:topics, :keys, :values, :headers) WITH ORDINALITY
                            AS r(topic, key, value, headers, place)
                        ORDER BY r.place
                        """)
                .bindArray("orders", String.class, orders)
                .bindArray(
                        "topics",
                        String.class,
                        records.stream().map(OutboxRecord::topic).toList())
                .bind("keys", bytes(records, OutboxRecord::key))
                .bind("values", bytes(records, OutboxRecord::value))
                .bindArray(
                        "headers",
                        String.class,
                        records.stream().map(record -> json(record.headers())).toList())
                .execute();
        long now = System.nanoTime();
        long last = LAST_NOTIFIED_NANOS.get();
        if (now - last >= NOTIFY_EVERY_NANOS && LAST_NOTIFIED_NANOS.compareAndSet(last, now)) {
            handle.execute("NOTIFY " + CHANNEL);
        }
    }

    /** An array of the driver's own kind: it takes no lists of byte arrays. */
    private static Argument bytes(List<OutboxRecord> records, Function<OutboxRecord, byte @Nullable []> part) {
        byte[] @Nullable [] all = new byte[records.size()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = part.apply(records.get(i));
        }
        return (position, statement, ctx) -> statement.setObject(position, all);
    }

    private static String json(Map<String, String> headers) {
        try {
            return HEADERS.writeValueAsString(headers);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("headers that cannot be written: " + headers.keySet(), e);
        }
    }
}
