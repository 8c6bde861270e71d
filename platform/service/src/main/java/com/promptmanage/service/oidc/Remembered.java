package com.promptmanage.service.oidc;

import com.promptmanage.service.oidc.IssuerException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Something that an issuer says of itself. One caller at a time asks for it; meanwhile, and while the issuer is away, the
 * others have what is known. Only those who cannot go on without an answer wait for the one who asks, and all of them for the same.
 *
 * <p>Threads: no lock is held while the issuer is asked.
 */
final class Remembered<T> {

    static final Duration FRESH = Duration.ofHours(1);

    /** What is older counts for nothing, whether the issuer answers or not. */
    static final Duration USABLE = Duration.ofHours(24);

    /** Between two questions, of those that others may bring about. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private final Clock clock;

    private final Duration waitMax;

    private final AtomicReference<@Nullable CompletableFuture<T>> asking = new AtomicReference<>();

    private volatile @Nullable Answer<T> last;

    private volatile Instant failedAt = Instant.MIN;

    private record Answer<T>(T value, Instant at) {

        boolean isYoungerThan(Duration age, Instant now) {
            return now.isBefore(at.plus(age));
        }
    }

    interface Question<T> {
        T ask() throws IssuerException;
    }

    /** @param waitMax as long as a question takes at most */
    Remembered(Clock clock, Duration waitMax) {
        this.clock = clock;
        this.waitMax = waitMax;
    }

    /** What is known, or what the issuer says to the question if that is old. */
    T get(Question<T> question) throws IssuerException {
        Answer<T> known = last;
        Instant now = clock.instant();
        if (known != null && known.isYoungerThan(FRESH, now)) {
            return known.value();
        }
        boolean isUsable = known != null && known.isYoungerThan(USABLE, now);
        if (known != null && isUsable && now.isBefore(failedAt.plus(PAUSE))) {
            return known.value();
        }
        return ask(question, known, isUsable ? known : null);
    }

    /** Another answer than the one that was tried, if the issuer may have one by now. */
    T newerThan(T tried, Question<T> question) throws IssuerException {
        Answer<T> known = last;
        return known != null && known.value().equals(tried) && !known.isYoungerThan(PAUSE, clock.instant())
                ? ask(question, known, null)
                : get(question);
    }

    /** @param instead of an answer, where another asks already or none comes; null for those who need one */
    private T ask(Question<T> question, @Nullable Answer<T> known, @Nullable Answer<T> instead) throws IssuerException {
        var mine = new CompletableFuture<T>();
        CompletableFuture<T> others = asking.compareAndExchange(null, mine);
        if (others != null) {
            return instead == null ? await(others) : instead.value();
        }
        try {
            Answer<T> answer = last;
            if (answer == null || answer.equals(known)) {
                answer = new Answer<>(question.ask(), clock.instant());
                last = answer;
            }
            mine.complete(answer.value());
            return answer.value();
        } catch (IssuerException e) {
            mine.completeExceptionally(e);
            failedAt = clock.instant();
            if (instead == null) {
                throw e;
            }
            return instead.value();
        } finally {
            // Also for what nobody foresaw: those who wait are not to wait for nothing.
            mine.completeExceptionally(new IllegalStateException("there was no answer"));
            asking.set(null);
        }
    }

    private T await(CompletableFuture<T> others) throws IssuerException {
        try {
            return others.get(waitMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IssuerException(Kind.AWAY, "whoever asked got no answer: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IssuerException(Kind.AWAY, "the issuer takes longer than %s".formatted(waitMax), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IssuerException(Kind.AWAY, "the server is going down", e);
        }
    }
}
