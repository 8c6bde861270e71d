package com.promptmanage.service.budget;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an account's budgets want done while they cannot be asked, as they said when they last could: kept, so that a process that
 * starts while they are away knows it too. An account that was never asked about lets calls through.
 */
final class FailModes {

    private static final Logger LOGGER = LoggerFactory.getLogger(FailModes.class);

    private static final int ACCOUNTS_MAX = 100_000;

    private final Database database;

    private final Clock clock;

    /** So that an unchanged answer is not written at each call. */
    private final Cache<Account, Boolean> written = Caffeine.newBuilder()
            .maximumSize(ACCOUNTS_MAX)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    /** As it was said to this process. */
    private final Cache<Account, Boolean> last =
            Caffeine.newBuilder().maximumSize(ACCOUNTS_MAX).build();

    FailModes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Costs a statement when it is new, and none else.
     *
     * @param deadlineNanos how long it waits for that, as {@link System#nanoTime}
     */
    void remember(Account account, boolean isClosed, long deadlineNanos) {
        last.put(account, isClosed);
        Boolean known = written.getIfPresent(account);
        if (known != null && known == isClosed) {
            return;
        }
        written.put(account, isClosed);
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        try {
            // Of two that were waiting for the database, the one that was said first may come last.
            inTime(
                    deadlineNanos,
                    begun(() -> database.asSystem(handle -> handle.createUpdate("""
                            INSERT INTO fail_modes AS known (account, is_closed, checked_at)
                            VALUES (:account, :closed, :now)
                            ON CONFLICT (account) DO UPDATE
                            SET is_closed = excluded.is_closed, checked_at = excluded.checked_at
                            WHERE known.checked_at <= excluded.checked_at
                            """)
                            .bind("account", account.value())
                            .bind("closed", isClosed)
                            .bind("now", now)
                            .execute())));
        } catch (UnavailableException | TimeoutException e) {
            LOGGER.atWarn()
                    .addKeyValue("account", account.value())
                    .log("what its budgets want in need is not written down yet");
        }
    }

    /** Looks up what they wanted, unless it is known: to be begun before they are asked, so that one does not wait for the other. */
    CompletableFuture<Boolean> lookUp(Account account) {
        Boolean known = last.getIfPresent(account);
        return known != null
                ? CompletableFuture.completedFuture(known)
                : begun(() -> database.asSystem(
                        handle -> handle.createQuery("SELECT is_closed FROM fail_modes WHERE account = :account")
                                .bind("account", account.value())
                                .mapTo(Boolean.class)
                                .findOne()
                                .orElse(false)));
    }

    /** @param deadlineNanos how long it waits for what was begun, as {@link System#nanoTime} */
    static boolean isClosed(CompletableFuture<Boolean> wanted, long deadlineNanos) {
        try {
            return inTime(deadlineNanos, wanted);
        } catch (UnavailableException | TimeoutException e) {
            // Neither budgets nor what they wanted can be known: nothing says that the call may be paid for.
            return true;
        }
    }

    private static <T> CompletableFuture<T> begun(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
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
