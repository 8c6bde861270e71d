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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of an account's budgets block while they cannot be asked, as they said when they last could: kept, so that a process that
 * starts while they are away knows it too. An account that was never asked about lets calls through.
 */
final class FailModes {

    private static final Logger LOGGER = LoggerFactory.getLogger(FailModes.class);

    private static final int ACCOUNTS_MAX = 100_000;

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

    FailModes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Costs a statement when it is new, and none else; nobody waits for it. */
    void remember(Account account, ClosedBudgets closed) {
        last.put(account, closed);
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
        return known != null
                ? CompletableFuture.completedFuture(known)
                : CompletableFuture.supplyAsync(() -> read(account), Thread::startVirtualThread);
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
     * Whether the call is to be refused.
     *
     * @param question what the budgets were asked, as the API describes it
     * @param deadlineNanos how long it waits for what was begun, as {@link System#nanoTime}
     */
    static boolean isClosed(CompletableFuture<ClosedBudgets> wanted, JsonNode question, long deadlineNanos) {
        try {
            return inTime(deadlineNanos, wanted).cover(question);
        } catch (UnavailableException | TimeoutException e) {
            // Neither budgets nor what they wanted can be known: nothing says that the call may be paid for.
            return true;
        }
    }

    /** A database that stands still holds a statement for much longer than who is about to pay may wait. */
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
