package com.promptmanage.runner.definition;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How often a failed node is tried and how long is waited in between. Components are null where the defaults apply.
 *
 * @param maxAttempts the first one included
 * @param maxDelay no wait is longer, but for a service that asks for it
 */
public record RetryPolicy(
        @Nullable Integer maxAttempts,
        @Nullable Backoff backoff,
        @Nullable Duration initialDelay,
        @Nullable Duration maxDelay) {

    public static final RetryPolicy UNSET = new RetryPolicy(null, null, null, null);

    private static final Effective DEFAULTS =
            new Effective(3, Backoff.EXPONENTIAL, Duration.ofSeconds(1), Duration.ofSeconds(30));

    /** How the wait grows from one attempt to the next. */
    public enum Backoff {
        LINEAR,
        EXPONENTIAL,
        CONSTANT;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** This policy, with the other one's values where this one has none. */
    public RetryPolicy orElse(RetryPolicy other) {
        return new RetryPolicy(
                maxAttempts == null ? other.maxAttempts : maxAttempts,
                backoff == null ? other.backoff : backoff,
                initialDelay == null ? other.initialDelay : initialDelay,
                maxDelay == null ? other.maxDelay : maxDelay);
    }

    /** With the product's defaults where nothing is said: 3 attempts, exponential from 1 s to 30 s. */
    public Effective effective() {
        return new Effective(
                maxAttempts == null ? DEFAULTS.maxAttempts : maxAttempts,
                backoff == null ? DEFAULTS.backoff : backoff,
                initialDelay == null ? DEFAULTS.initialDelay : initialDelay,
                maxDelay == null ? DEFAULTS.maxDelay : maxDelay);
    }

    /** A policy with nothing left open. */
    public record Effective(int maxAttempts, Backoff backoff, Duration initialDelay, Duration maxDelay) {

        /** @param retry 0 for the first wait; jitter is the caller's to add */
        public Duration delay(int retry) {
            long initialMs = initialDelay.toMillis();
            long maxMs = maxDelay.toMillis();
            return switch (backoff) {
                case CONSTANT -> initialDelay;
                case LINEAR -> Duration.ofMillis(Math.min(maxMs, saturated(initialMs, retry + 1L)));
                case EXPONENTIAL -> Duration.ofMillis(Math.min(maxMs, saturated(initialMs, 1L << Math.min(retry, 62))));
            };
        }

        private static long saturated(long value, long factor) {
            long high = Math.multiplyHigh(value, factor);
            long low = value * factor;
            return high != 0 || low < 0 ? Long.MAX_VALUE : low;
        }
    }
}
