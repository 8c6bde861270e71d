package com.promptmanage.runner.call;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.outbound.OutboundException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;

/** What HTTP's ways to fail mean for whoever wants to try again. */
public final class HttpFailures {

    /** Nobody is waited for longer; who asks for more gets this. */
    static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

    private static final int EXCERPT_CHARS_MAX = 1_000;

    private HttpFailures() {}

    /** Why no whole answer came. */
    public static Failure of(String target, OutboundException e) {
        Failure.Kind kind = switch (e.failure()) {
            case UNKNOWN_HOST, NO_CONNECTION, BUSY -> Failure.Kind.TRANSIENT;
            case REQUEST_TOO_LARGE -> Failure.Kind.VALIDATION;
            case ADDRESS_REFUSED, REDIRECT_REFUSED, NOT_SECURE, RESPONSE_TOO_LARGE -> Failure.Kind.PERMANENT;
            case TIMED_OUT, BROKEN -> Failure.Kind.AMBIGUOUS;
        };
        return new Failure(kind, "%s: %s".formatted(target, e.getMessage()));
    }

    /**
     * What an answer that is no success means.
     *
     * @param header the answer's headers by name
     * @param said what the answer says about itself; may be empty
     */
    public static Failure of(
            String target, int status, Function<String, Optional<String>> header, String said, Clock clock) {
        ObjectNode details = JsonNodeFactory.instance.objectNode().put("status", status);
        String excerpt = excerpt(said);
        if (!excerpt.isEmpty()) {
            details.put("answer", excerpt);
        }
        String message = excerpt.isEmpty()
                ? "%s answered %d".formatted(target, status)
                : "%s answered %d: %s".formatted(target, status, excerpt);
        return new Failure(kind(status), message).with(details).retryAfter(retryAfter(header, clock));
    }

    /**
     * What a failure means for a call that has an effect of its own each time: a server that answers that something broke may have
     * done what it was asked before that. One that says when to come again has not.
     */
    public static Failure ofEffect(Failure failure) {
        int status = failure.details().path("status").asInt();
        boolean isRefused = status == 503 && failure.retryAfter().isPresent();
        if (failure.kind() != Failure.Kind.TRANSIENT || status < 500 || isRefused) {
            return failure;
        }
        return new Failure(
                Failure.Kind.AMBIGUOUS,
                failure.message() + " (it may have been done all the same)",
                failure.details(),
                failure.retryAfter(),
                failure.usage());
    }

    private static Failure.Kind kind(int status) {
        return switch (status) {
            case 429 -> Failure.Kind.RATE_LIMITED;
            case 401, 403, 407 -> Failure.Kind.AUTH;
            // Too early, a lock, a deploy under way: each asks to come again.
            case 408, 409, 421, 425 -> Failure.Kind.TRANSIENT;
            case 400, 411, 413, 414, 415, 422, 431 -> Failure.Kind.VALIDATION;
            // What the other side did before it gave up waiting, nobody knows.
            case 504 -> Failure.Kind.AMBIGUOUS;
            default ->
                status >= 500 && status != 501 && status != 505 ? Failure.Kind.TRANSIENT : Failure.Kind.PERMANENT;
        };
    }

    /** In seconds, in milliseconds as some providers say it, or as a date. */
    static Optional<Duration> retryAfter(Function<String, Optional<String>> header, Clock clock) {
        Optional<Duration> exact = header.apply("Retry-After-Ms").flatMap(text -> number(text, 1));
        if (exact.isPresent()) {
            return exact;
        }
        return header.apply("Retry-After").flatMap(text -> {
            Optional<Duration> seconds = number(text, 1_000);
            return seconds.isPresent() ? seconds : until(text, clock);
        });
    }

    private static Optional<Duration> number(String text, long unitMs) {
        if (!text.strip().matches("\\d{1,12}(\\.\\d{1,9})?")) {
            return Optional.empty();
        }
        long ms = new java.math.BigDecimal(text.strip())
                .multiply(java.math.BigDecimal.valueOf(unitMs))
                .longValue();
        return Optional.of(capped(Duration.ofMillis(ms)));
    }

    private static Optional<Duration> until(String text, Clock clock) {
        try {
            var at = ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(capped(Duration.between(clock.instant(), at.toInstant())));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Duration capped(Duration duration) {
        if (duration.isNegative()) {
            return Duration.ZERO;
        }
        return duration.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : duration;
    }

    private static String excerpt(String said) {
        String line = said.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
        return line.length() <= EXCERPT_CHARS_MAX ? line : line.substring(0, EXCERPT_CHARS_MAX - 1) + "…";
    }
}
