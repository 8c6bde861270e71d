package com.promptmanage.query.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the database says of an account, remembered for a few seconds, so that most answers cost no query. While the database is away
 * or stands still, what it said last holds on: spend is known without it, and who asks for that is not to wait. Safe for use by
 * several threads.
 */
public final class LastKnown<T> {

    private static final int ACCOUNTS_MAX = 100_000;

    /** A query for one row takes a millisecond. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Cache<Account, T> fresh;

    private final Cache<Account, T> last =
            Caffeine.newBuilder().maximumSize(ACCOUNTS_MAX).build();

    /** @param kept after this time the database is asked again */
    public LastKnown(Duration kept) {
        this.fresh = Caffeine.newBuilder()
                .maximumSize(ACCOUNTS_MAX)
                .expireAfterWrite(kept)
                .build();
    }

    /**
     * @param query asks the database
     * @throws UnavailableException if it does not answer, and never did about this account
     */
    public T get(Account account, Supplier<T> query) {
        @Nullable T known = fresh.getIfPresent(account);
        // Not within the cache, which would let those who ask about one account wait for each other.
        return known == null ? ask(account, query) : known;
    }

    /** After a change made here, it holds here at once. */
    public void forget(Account account) {
        fresh.invalidate(account);
    }

    private T ask(Account account, Supplier<T> query) {
        try {
            T answer = CompletableFuture.supplyAsync(query, Thread::startVirtualThread)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            fresh.put(account, answer);
            last.put(account, answer);
            return answer;
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case UnavailableException away -> lastOf(account, away);
                case RuntimeException fault -> throw fault;
                case Error fault -> throw fault;
                case null, default -> throw new IllegalStateException(e);
            };
        } catch (TimeoutException e) {
            return lastOf(account, silent(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw silent(e);
        }
    }

    private T lastOf(Account account, UnavailableException why) {
        @Nullable T known = last.getIfPresent(account);
        if (known == null) {
            throw why;
        }
        fresh.put(account, known);
        return known;
    }

    private static UnavailableException silent(Exception cause) {
        return new UnavailableException("The database does not answer just now: ask again", RETRY_AFTER, cause);
    }
}
