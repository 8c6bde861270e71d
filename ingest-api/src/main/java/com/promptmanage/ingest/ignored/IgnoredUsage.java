package com.promptmanage.ingest.ignored;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the usage that is not counted, by account, day, sender and reason. Requests only add to a map; a thread of its own
 * carries it to the database, where all instances add up. Bounded: senders beyond {@link #ENTRIES_MAX} between two writes
 * are one sender without a name.
 *
 * <p>Safe for use by several threads.
 */
public final class IgnoredUsage implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(IgnoredUsage.class);

    private static final Duration WRITE_EVERY = Duration.ofSeconds(5);

    private static final int ENTRIES_MAX = 10_000;

    private static final int KEPT_DAYS = 90;

    private static final int SERVICE_LENGTH_MAX = 100;

    private final Database database;

    private final MeterRegistry registry;

    private final Clock clock;

    private final Thread writer;

    private Map<Entry, Sum> pending = new HashMap<>();

    /** Held from when something is taken until it is written: else who reads meanwhile finds it in neither place. */
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * Whose usage it is and why it was ignored.
     *
     * @param signal what it was: traces, logs, metrics
     * @param service what sent it, in its own words; empty if it does not say
     */
    public record Entry(Account account, LocalDate day, String signal, String service, Reason reason) {}

    /** How much, and when last. */
    public record Sum(long records, long tokens, Instant lastAt) {

        Sum plus(Sum other) {
            return new Sum(
                    records + other.records,
                    Math.max(tokens, tokens + other.tokens),
                    lastAt.isAfter(other.lastAt) ? lastAt : other.lastAt);
        }
    }

    public IgnoredUsage(Database database, MeterRegistry registry, Clock clock) {
        this.database = database;
        this.registry = registry;
        this.clock = clock;
        this.writer = Thread.ofVirtual().name("ignored-usage").start(this::writeNowAndThen);
    }

    /** Adds one record. */
    public void add(Account account, String signal, String service, Reason reason, long tokens) {
        Counter.builder("ingest.usage.ignored")
                .description("Records that tell usage and do not count, by what they are and why")
                .tag("signal", signal)
                .tag("reason", reason.value())
                .register(registry)
                .increment();
        Instant now = clock.instant();
        var entry = new Entry(
                account,
                LocalDate.ofInstant(now, ZoneOffset.UTC),
                signal,
                service.length() > SERVICE_LENGTH_MAX ? "" : service.replace('\u0000', ' '),
                reason);
        add(entry, new Sum(1, tokens, now));
    }

    private synchronized void add(Entry entry, Sum sum) {
        boolean room = pending.size() < ENTRIES_MAX || pending.containsKey(entry);
        Entry counted = room ? entry : new Entry(entry.account(), entry.day(), entry.signal(), "", entry.reason());
        if (room || pending.size() < 2 * ENTRIES_MAX || pending.containsKey(counted)) {
            pending.merge(counted, sum, Sum::plus);
        }
    }

    /** What was ignored of an account since a day, the latest first. Includes what this instance has not written yet. */
    List<Map.Entry<Entry, Sum>> since(Caller caller, Account account, LocalDate day) {
        write();
        return database.inTransaction(
                caller.scope(account),
                handle -> handle.createQuery("""
                                SELECT day, signal, service, reason, records, tokens, last_at FROM ignored_usage
                                WHERE account = :account AND day >= :day
                                ORDER BY day DESC, records DESC, signal, service, reason LIMIT 1000
                                """)
                        .bind("account", account.value())
                        .bind("day", day)
                        .map((row, ctx) -> Map.entry(
                                new Entry(
                                        account,
                                        row.getObject("day", LocalDate.class),
                                        row.getString("signal"),
                                        row.getString("service"),
                                        Reason.of(row.getString("reason"))),
                                new Sum(
                                        row.getLong("records"),
                                        row.getLong("tokens"),
                                        row.getTimestamp("last_at").toInstant())))
                        .list());
    }

    @Override
    public void close() {
        writer.interrupt();
        try {
            writer.join();
            write();
        } catch (UnavailableException e) {
            LOGGER.warn("the last of the ignored usage was not written: the database is away");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeNowAndThen() {
        int rounds = 0;
        while (true) {
            try {
                Thread.sleep(WRITE_EVERY);
            } catch (InterruptedException e) {
                return;
            }
            try {
                write();
                if (rounds++ % 1000 == 0) {
                    forget();
                }
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("cannot write the ignored usage down");
            }
        }
    }

    /** What someone else is writing is written when this returns. */
    private void write() {
        writing.lock();
        try {
            writeTaken();
        } finally {
            writing.unlock();
        }
    }

    private void writeTaken() {
        Map<Entry, Sum> taken = take();
        if (taken.isEmpty()) {
            return;
        }
        try {
            database.useAsSystem(handle -> {
                // One sum that is too large must not keep all others from being written.
                var batch = handle.prepareBatch("""
                        INSERT INTO ignored_usage (account, day, signal, service, reason, records, tokens, last_at)
                        VALUES (:account, :day, :signal, :service, :reason, :records, :tokens, :lastAt)
                        ON CONFLICT (account, day, signal, service, reason) DO UPDATE
                        SET records = ignored_usage.records + excluded.records,
                            tokens = CASE WHEN ignored_usage.tokens > 9223372036854775807 - excluded.tokens
                                THEN 9223372036854775807 ELSE ignored_usage.tokens + excluded.tokens END,
                            last_at = greatest(ignored_usage.last_at, excluded.last_at)
                        """);
                // In one order, so that two instances do not wait for each other's rows.
                taken.entrySet().stream()
                        .sorted(Comparator.comparing(one -> one.getKey().toString()))
                        .forEach(one -> batch.bind(
                                        "account", one.getKey().account().value())
                                .bind("day", one.getKey().day())
                                .bind("signal", one.getKey().signal())
                                .bind("service", one.getKey().service())
                                .bind("reason", one.getKey().reason().value())
                                .bind("records", one.getValue().records())
                                .bind("tokens", one.getValue().tokens())
                                .bind("lastAt", one.getValue().lastAt())
                                .add());
                batch.execute();
            });
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            taken.forEach(this::add);
            throw e;
        }
    }

    private synchronized Map<Entry, Sum> take() {
        Map<Entry, Sum> taken = pending;
        pending = new HashMap<>();
        return taken;
    }

    private void forget() {
        database.useAsSystem(handle -> handle.createUpdate("DELETE FROM ignored_usage WHERE day < :day")
                .bind(
                        "day",
                        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(KEPT_DAYS))
                .execute());
    }
}
