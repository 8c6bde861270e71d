package com.promptmanage.service.database;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import com.promptmanage.service.http.UnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the database says of things, such as accounts, remembered for a few seconds, so that most answers cost no query. While the
 * database is away or stands still, what it said last holds on: who needs it is not to wait. Whoever asks about one thing at the same
 * time shares one query. Safe for use by several threads.
 */
public final class LastKnown<K, T> {

    private static final int KEPT_MAX = 100_000;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Cache<K, T> fresh;

    private final Cache<K, T> last;

    private final ConcurrentHashMap<K, CompletableFuture<T>> asked = new ConcurrentHashMap<>();

    private final Waits waits;

    /**
     * @param kept after this time the database is asked again
     * @param waits how long who asks waits for it
     */
    public LastKnown(Duration kept, Waits waits) {
        this(kept, waits, KEPT_MAX, Weigher.singletonWeigher());
    }

    /**
     * As {@link #LastKnown(Duration, Waits)}, for what is not all of one size.
     *
     * @param weightMax how much is remembered at most: the sum of what each weighs
     */
    public LastKnown(Duration kept, Waits waits, long weightMax, Weigher<K, T> weigher) {
        this.waits = waits;
        this.fresh = Caffeine.newBuilder()
                .maximumWeight(weightMax)
                .<K, T>weigher(weigher)
                .expireAfterWrite(kept)
                .build();
        this.last = Caffeine.newBuilder()
                .maximumWeight(weightMax)
                .<K, T>weigher(weigher)
                .build();
    }

    /**
     * @param query asks the database
     * @throws UnavailableException if it does not answer, and never did about this
     */
    public T get(K key, Supplier<T> query) {
        @Nullable T known = fresh.getIfPresent(key);
        return known == null ? ask(key, query) : known;
    }

    /** What the database said last of it, without asking. Empty if it never did. */
    public Optional<T> last(K key) {
        return Optional.ofNullable(last.getIfPresent(key));
    }

    /** After a change made here: what was said before holds no longer. */
    public void forget(K key) {
        asked.remove(key);
        fresh.invalidate(key);
        last.invalidate(key);
    }

    private T ask(K key, Supplier<T> query) {
        @Nullable T older = last.getIfPresent(key);
        Duration patience = older == null ? waits.answer() : waits.answerWithOlder();
        try {
            return answer(key, query).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case UnavailableException away -> olderOf(key, older, away);
                case RuntimeException fault -> throw fault;
                case Error fault -> throw fault;
                case null, default -> throw new IllegalStateException(e);
            };
        } catch (TimeoutException e) {
            return olderOf(key, older, silent(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw silent(e);
        }
    }

    private CompletableFuture<T> answer(K key, Supplier<T> query) {
        var answer = new CompletableFuture<T>();
        CompletableFuture<T> before = asked.putIfAbsent(key, answer);
        if (before != null) {
            return before;
        }
        Thread.startVirtualThread(() -> answer(key, query, answer));
        return answer;
    }

    private void answer(K key, Supplier<T> query, CompletableFuture<T> answer) {
        try {
            T said = query.get();
            asked.computeIfPresent(key, (same, asking) -> remembered(key, said, asking, answer));
            answer.complete(said);
        } catch (RuntimeException | Error e) {
            asked.remove(key, answer);
            answer.completeExceptionally(e);
        }
    }

    /** Unless it was forgotten since it was asked for: then it may tell of what was before a change made here. */
    @SuppressWarnings("ReferenceEquality") // this very question, not one like it
    private @Nullable CompletableFuture<T> remembered(
            K key, T said, CompletableFuture<T> asking, CompletableFuture<T> answer) {
        if (asking != answer) {
            return asking;
        }
        fresh.put(key, said);
        last.put(key, said);
        return null;
    }

    private T olderOf(K key, @Nullable T older, UnavailableException why) {
        if (older == null) {
            throw why;
        }
        if (last.asMap().containsKey(key)) {
            fresh.put(key, older);
        }
        return older;
    }

    private static UnavailableException silent(Exception cause) {
        return new UnavailableException("The database does not answer just now: ask again", RETRY_AFTER, cause);
    }
}
