package com.promptmanage.query.retention;

import com.promptmanage.service.database.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is older than the retention: months of history and of plain events, daily totals, alerts. Some
 * times a day, in every process; who comes second finds nothing to do.
 *
 * <p>Threads: one of its own does everything.
 */
public final class OldRecords implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(OldRecords.class);

    /** An event that is as late as it may be, and one whose price comes then, must find its month. */
    private static final Duration LATENESS = Duration.ofDays(3);

    private static final Duration FIRST_AFTER = Duration.ofMinutes(1);

    private static final Duration EVERY = Duration.ofHours(6);

    private static final Duration AGAIN_AFTER = Duration.ofMinutes(10);

    /** Rows deleted in one transaction. */
    private static final int PORTION = 10_000;

    private final Database database;

    private final Duration retention;

    private final Clock clock;

    private final CountDownLatch closed = new CountDownLatch(1);

    private OldRecords(Database database, Duration retention, Clock clock) {
        this.database = database;
        this.retention = retention;
        this.clock = clock;
    }

    public static OldRecords start(Database database, Duration retention, Clock clock) {
        var records = new OldRecords(database, retention, clock);
        Thread.ofVirtual().name("old-records").start(records::run);
        return records;
    }

    /** Removes what is too old by now. */
    static void remove(Database database, Duration retention, Instant now) {
        OffsetDateTime before = now.minus(retention).minus(LATENESS).atOffset(ZoneOffset.UTC);
        int months = database.asSystem(handle -> handle.createQuery(
                        "SELECT usage_history_drop_months(:before) + plain_events_drop_months(:before)")
                .bind("before", before)
                .mapTo(Integer.class)
                .one());
        // Days are kept as long as the rows that they are the totals of.
        int days = deleteAll(database, """
                DELETE FROM rated_totals WHERE ctid = ANY (ARRAY (
                    SELECT ctid FROM rated_totals
                    WHERE day < date_trunc('month', CAST(:before AS timestamptz), 'UTC') AT TIME ZONE 'UTC'
                    LIMIT :portion))
                """, before);
        int alerts = deleteAll(database, """
                DELETE FROM alerts WHERE id = ANY (ARRAY (
                    SELECT id FROM alerts WHERE raised_at < :before LIMIT :portion))
                """, before);
        // Nothing so old is found again: usage that is older than the retention is not taken.
        int notices = deleteAll(database, """
                DELETE FROM told_notices WHERE id = ANY (ARRAY (
                    SELECT id FROM told_notices WHERE told_at < :before LIMIT :portion))
                """, before);
        if (months + days + alerts + notices > 0) {
            LOGGER.atInfo()
                    .addKeyValue("before", before)
                    .addKeyValue("months", months)
                    .addKeyValue("days", days)
                    .addKeyValue("alerts", alerts)
                    .addKeyValue("notices", notices)
                    .log("records that were too old are removed");
        }
    }

    private static int deleteAll(Database database, String sql, OffsetDateTime before) {
        int all = 0;
        while (true) {
            int deleted = database.asSystem(handle -> handle.createUpdate(sql)
                    .bind("before", before)
                    .bind("portion", PORTION)
                    .execute());
            all += deleted;
            if (deleted < PORTION) {
                return all;
            }
        }
    }

    private void run() {
        Duration pause = FIRST_AFTER;
        try {
            while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = removeNow() ? EVERY : AGAIN_AFTER;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if the database was away, or someone was reading for long. */
    private boolean removeNow() {
        try {
            remove(database, retention, clock.instant());
            return true;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("old records are not removed yet");
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
