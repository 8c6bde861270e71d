package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of an account's budgets block while they cannot be asked, as they said when they last could: kept, so that a process that
 * starts while they are away knows it too. An account that was never asked about lets calls through. Safe for use by several threads.
 */
final class FailModes {

    private static final Logger LOGGER = LoggerFactory.getLogger(FailModes.class);

    private static final int ACCOUNTS_MAX = 100_000;

    /**
     * How much longer than for the budgets is waited for what was kept about an account of which this process knows nothing yet: a
     * process that has just begun, or a busy database, is no reason to refuse what no budget forbids.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration AGAIN_AFTER = Duration.ofMillis(100);

    private final Database database;

    private final Clock clock;

    /** So that an unchanged answer is not written at each call. */
    private final Cache<Account, ClosedBudgets> written = Caffeine.newBuilder()
            .maximumSize(ACCOUNTS_MAX)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    /** As it was said to this process. */
    private final Cache<Account, ClosedBudgets> last =
            Caffeine.newBuilder().maximumSize(ACCOUNTS_MAX).build();

    /** What is being looked up: who calls for the same account meanwhile waits for the same answer. */
    private final ConcurrentHashMap<Account, CompletableFuture<ClosedBudgets>> wanted = new ConcurrentHashMap<>();

    FailModes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Costs a statement when it is new, and none else; nobody waits for it. */
    void remember(Account account, ClosedBudgets closed) {
        last.put(account, closed);
        CompletableFuture<ClosedBudgets> waiting = wanted.get(account);
        if (waiting != null) {
            waiting.complete(closed);
        }
        if (closed.equals(written.getIfPresent(account))) {
            return;
        }
        written.put(account, closed);
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        Thread.startVirtualThread(() -> write(account, closed, now));
    }

    private void write(Account account, ClosedBudgets closed, OffsetDateTime now) {
        try {
            // Of two that were waiting for the database, the one that was said first may come last.
            database.useAsSystem(handle -> handle.createUpdate("""
                            INSERT INTO fail_modes AS known (account, is_closed, closed, checked_at)
                            VALUES (:account, :any, :closed, :now)
                            ON CONFLICT (account) DO UPDATE
                            SET is_closed = excluded.is_closed, closed = excluded.closed,
                                checked_at = excluded.checked_at
                            WHERE known.checked_at <= excluded.checked_at
                            """)
                    .bind("account", account.value())
                    .bind("any", !closed.equals(ClosedBudgets.NONE))
                    .bind("closed", closed.json())
                    .bind("now", now)
                    .execute());
        } catch (RuntimeException e) {
            // With the next answer, and not before this one has been given up.
            written.asMap().remove(account, closed);
            LOGGER.atWarn()
                    .addKeyValue("account", account.value())
                    .addKeyValue("cause", e.toString())
                    .log("what its budgets want in need is not written down yet");
        }
    }

    /** Looks up what they wanted, unless it is known: to be begun before they are asked, so that one does not wait for the other. */
    CompletableFuture<ClosedBudgets> lookUp(Account account) {
        ClosedBudgets known = last.getIfPresent(account);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        var begun = new CompletableFuture<ClosedBudgets>();
        CompletableFuture<ClosedBudgets> before = wanted.putIfAbsent(account, begun);
        if (before != null) {
            return before;
        }
        Thread.startVirtualThread(() -> readInTheEnd(account, begun));
        return begun;
    }

    /** A database that is away is asked again for as long as somebody waits. */
    private void readInTheEnd(Account account, CompletableFuture<ClosedBudgets> begun) {
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!begun.isDone()) {
            try {
                begun.complete(read(account));
            } catch (UnavailableException e) {
                if (System.nanoTime() - endNanos >= 0 || !pause()) {
                    begun.completeExceptionally(e);
                }
            } catch (RuntimeException | Error e) {
                begun.completeExceptionally(e);
            }
        }
        wanted.remove(account, begun);
    }

    private static boolean pause() {
        try {
            Thread.sleep(AGAIN_AFTER);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private ClosedBudgets read(Account account) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT is_closed, closed FROM fail_modes WHERE account = :account")
                        .bind("account", account.value())
                        .map((row, ctx) -> closed(row))
                        .findOne()
                        .orElse(ClosedBudgets.NONE));
    }

    private static ClosedBudgets closed(ResultSet row) throws SQLException {
        @Nullable String json = row.getString("closed");
        if (json != null) {
            return ClosedBudgets.of(Json.read(json.getBytes(StandardCharsets.UTF_8), JsonNode.class));
        }
        return row.getBoolean("is_closed") ? ClosedBudgets.OF_ALL : ClosedBudgets.NONE;
    }

    /**
     * Whether the call is to be refused: also if nothing is known of the account in the end, for then nothing says that the call may be
     * paid for.
     *
     * @param looked up before, for the same account
     * @param question what the budgets were asked, as the API describes it
     * @param deadlineNanos until when the budgets could have answered, as {@link System#nanoTime}; if nothing is known of the account by
     *     then, it waits on, for {@link #PATIENCE} at most
     */
    boolean isClosed(Account account, CompletableFuture<ClosedBudgets> looked, JsonNode question, long deadlineNanos) {
        ClosedBudgets kept;
        try {
            kept = inTime(deadlineNanos + PATIENCE.toNanos(), looked);
        } catch (UnavailableException | TimeoutException e) {
            kept = ClosedBudgets.OF_ALL;
        }
        // What was said to somebody else meanwhile is newer than what was kept.
        ClosedBudgets said = last.getIfPresent(account);
        return (said == null ? kept : said).cover(question);
    }

    /** A database that stands still holds a statement for longer than who is about to pay may wait. */
    private static <T> T inTime(long deadlineNanos, CompletableFuture<T> begun) throws TimeoutException {
        try {
            return begun.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        }
    }
}
