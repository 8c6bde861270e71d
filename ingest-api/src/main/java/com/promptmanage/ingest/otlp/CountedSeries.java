package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.promptmanage.ingest.admission.TimelyWork;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of sums that only ever grow: of what they have grown by since they were last counted. How far each series is counted
 * and the event about it are one transaction, by the outbox, so an export that is sent again, comes late or is taken by two
 * instances at once is counted once.
 *
 * <p>A sender that starts anew has another start, and so is another series. One that does not tell its start has begun anew when a
 * later sum is smaller.
 */
final class CountedSeries {

    /** A series that has been silent for longer goes on from where it is heard of again. */
    private static final Duration KEPT = Duration.ofDays(90);

    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private static final TypeReference<TreeMap<String, Long>> SUMS = new TypeReference<>() {};

    private static final int AT_ONCE = 4;

    /** With the time that the key's attributes may take, 503 comes within five seconds. */
    private static final Duration ANSWER_MAX = Duration.ofMillis(2_500);

    private final TimelyWork turns;

    private final Database database;

    private final Clock clock;

    private final AtomicReference<Instant> forgotAt = new AtomicReference<>(Instant.EPOCH);

    /** Makes the event of what a series has grown by. */
    interface Events {

        /** @return nothing if it is no usage that can be counted */
        Optional<OutgoingEvent> of(MetricSums series, String id, Map<String, Long> growth);
    }

    private record Row(long endNanos, Map<String, Long> counted, int counts) {}

    CountedSeries(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        this.turns = new TimelyWork(AT_ONCE, database.waits().orLonger(ANSWER_MAX));
    }

    /**
     * Counts what is not counted yet.
     *
     * @param since what a series that began before then had summed up by its first report is left out: it may have been told otherwise
     * @return how many events it made
     * @throws UnavailableException if the database takes too long. They are counted to the end all the same: sent again, they are known
     */
    int count(Caller caller, Account account, Collection<MetricSums> told, Instant since, Events events) {
        if (told.isEmpty()) {
            return 0;
        }
        return turns.get(() -> countAll(caller, account, told, since, events));
    }

    private int countAll(Caller caller, Account account, Collection<MetricSums> told, Instant since, Events events) {
        Instant now = clock.instant();
        forgetNowAndThen(now);
        Instant counted = since.isAfter(now.minus(KEPT)) ? since : now.minus(KEPT);
        return database.inTransaction(caller.scope(account), handle -> {
            // In one order for all, so that two requests never wait for each other.
            var ordered = new ArrayList<>(told);
            ordered.sort((one, other) -> one.series().equals(other.series())
                    ? Long.compareUnsigned(one.endNanos(), other.endNanos())
                    : one.series().compareTo(other.series()));
            var made = new ArrayList<OutboxRecord>();
            for (MetricSums series : ordered) {
                count(handle, account, series, counted, now, events).ifPresent(event -> made.add(record(event)));
            }
            Outbox.append(handle, made);
            return made.size();
        });
    }

    private static Optional<OutgoingEvent> count(
            Handle handle, Account account, MetricSums series, Instant since, Instant now, Events events) {
        byte[] key = HexFormat.of().parseHex(series.series());
        Row before = lock(handle, account, key, now);
        if (before == null && !isSince(series, since)) {
            write(handle, account, key, new Row(series.endNanos(), series.sums(), 0), now);
            return Optional.empty();
        }
        if (before != null && isLate(series, before)) {
            return Optional.empty();
        }
        boolean isReset = before != null && hasBegunAnew(series, before);
        Map<String, Long> counted = before == null || isReset ? Map.of() : before.counted();
        var grown = new TreeMap<String, Long>();
        var sums = new TreeMap<>(counted);
        series.sums().forEach((type, sum) -> {
            long growth = sum - counted.getOrDefault(type, 0L);
            if (growth > 0) {
                grown.put(type, growth);
                sums.put(type, sum);
            }
        });
        int counts = before == null ? 0 : before.counts();
        Optional<OutgoingEvent> event = grown.isEmpty()
                ? Optional.empty()
                : events.of(series, "%s#%d".formatted(series.series(), counts), grown);
        long end = before == null ? series.endNanos() : later(before.endNanos(), series.endNanos());
        write(handle, account, key, new Row(end, sums, event.isPresent() ? counts + 1 : counts), now);
        return event;
    }

    /** Only of series that do not tell their start does the order matter: of the others the larger sum is the later one. */
    private static boolean isLate(MetricSums series, Row before) {
        return series.startNanos() == 0 && Long.compareUnsigned(series.endNanos(), before.endNanos()) <= 0;
    }

    private static boolean hasBegunAnew(MetricSums series, Row before) {
        return series.startNanos() == 0
                && series.sums().entrySet().stream()
                        .anyMatch(one -> one.getValue() < before.counted().getOrDefault(one.getKey(), 0L));
    }

    private static boolean isSince(MetricSums series, Instant since) {
        long nanos = TimeUnit.SECONDS.toNanos(since.getEpochSecond()) + since.getNano();
        return series.startNanos() != 0 && Long.compareUnsigned(series.startNanos(), nanos) >= 0;
    }

    private static long later(long one, long other) {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }

    /** Null if it is not known yet. Whoever comes second waits. */
    private static @Nullable Row lock(Handle handle, Account account, byte[] series, Instant now) {
        int made = handle.createUpdate("""
                        INSERT INTO counted_series (account, series, end_nanos, counted, counts, changed_at)
                        VALUES (:account, :series, 0, '{}', 0, :now)
                        ON CONFLICT DO NOTHING
                        """)
                .bind("account", account.value())
                .bind("series", series)
                .bind("now", now)
                .execute();
        if (made == 1) {
            return null;
        }
        return handle.createQuery("""
                        SELECT end_nanos, counted, counts FROM counted_series
                        WHERE account = :account AND series = :series FOR UPDATE
                        """)
                .bind("account", account.value())
                .bind("series", series)
                .map((row, ctx) -> read(row))
                .one();
    }

    private static Row read(ResultSet row) throws SQLException {
        try {
            return new Row(
                    row.getLong("end_nanos"),
                    Json.mapper().readValue(row.getString("counted"), SUMS),
                    row.getInt("counts"));
        } catch (IOException e) {
            throw new UncheckedIOException("what was written as JSON is none", e);
        }
    }

    private static void write(Handle handle, Account account, byte[] series, Row row, Instant now) {
        handle.createUpdate("""
                        UPDATE counted_series
                        SET end_nanos = :end, counted = CAST(:counted AS jsonb), counts = :counts, changed_at = :now
                        WHERE account = :account AND series = :series
                        """)
                .bind("end", row.endNanos())
                .bind("counted", new String(Json.bytes(row.counted()), StandardCharsets.UTF_8))
                .bind("counts", row.counts())
                .bind("now", now)
                .bind("account", account.value())
                .bind("series", series)
                .execute();
    }

    private static OutboxRecord record(OutgoingEvent event) {
        return OutboxRecord.of(
                Topics.USAGE_EVENTS.name(), new String(event.key(), StandardCharsets.UTF_8), event.json());
    }

    private void forgetNowAndThen(Instant now) {
        Instant before = forgotAt.get();
        if (now.isAfter(before.plus(FORGET_EVERY)) && forgotAt.compareAndSet(before, now)) {
            database.useAsSystem(handle -> handle.createUpdate("DELETE FROM counted_series WHERE changed_at < :before")
                    .bind("before", now.minus(KEPT))
                    .execute());
        }
    }
}
