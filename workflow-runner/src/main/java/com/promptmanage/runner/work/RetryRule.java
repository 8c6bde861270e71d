package com.promptmanage.runner.work;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.RetryPolicy.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whether a failed attempt is followed by another, and when. This is the only place where something is tried again: clients
 * of models and services try once.
 *
 * @param policy what the author said; where nothing is said, the class of the failure decides
 */
record RetryRule(RetryPolicy policy, RandomGenerator random) {

    private static final int TRANSIENT_ATTEMPTS_MAX = 5;

    private static final int RATE_LIMITED_ATTEMPTS_MAX = 10;

    /** A service that asks for longer is asked again after this: who waits for hours is better told. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofMinutes(30);

    /** @param attempts made so far, the failed one included */
    Optional<Duration> delay(Failure failure, int attempts) {
        if (!failure.kind().isRetryable() || attempts >= attemptsMax(failure.kind())) {
            return Optional.empty();
        }
        RetryPolicy.Effective effective = backoff(failure.kind()).effective();
        Duration base = effective.delay(attempts - 1);
        // Half of it is chance, so that those who failed together do not come back together.
        long halfMs = base.toMillis() / 2;
        Duration wait = Duration.ofMillis(base.toMillis() - halfMs + random.nextLong(halfMs + 1));
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        Duration bounded = asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
        return Optional.of(bounded.compareTo(wait) > 0 ? bounded : wait);
    }

    private int attemptsMax(Failure.Kind kind) {
        if (policy.maxAttempts() != null) {
            return policy.maxAttempts();
        }
        return switch (kind) {
            case TRANSIENT -> TRANSIENT_ATTEMPTS_MAX;
            case RATE_LIMITED -> RATE_LIMITED_ATTEMPTS_MAX;
            case VALIDATION, AUTH, AMBIGUOUS, PERMANENT -> 1;
        };
    }

    private RetryPolicy backoff(Failure.Kind kind) {
        return kind == Failure.Kind.RATE_LIMITED && policy.backoff() == null
                ? policy.orElse(new RetryPolicy(null, Backoff.LINEAR, null, null))
                : policy;
    }
}
