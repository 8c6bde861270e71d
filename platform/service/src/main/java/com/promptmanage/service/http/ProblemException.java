package com.promptmanage.service.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Problem.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Ends a request with a {@link Problem}. Cheap to throw: it has no stack trace, for it is an answer and not a bug. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private final transient Map<String, String> headers;

    public ProblemException(Kind kind, String detail) {
        this(kind, detail, List.of(), Map.of());
    }

    private ProblemException(Kind kind, String detail, List<Fault> errors, Map<String, String> headers) {
        this(kind.because(detail, errors), headers);
    }

    private ProblemException(Problem problem, Map<String, String> headers) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.headers = Map.copyOf(headers);
    }

    /** With every fault; the detail repeats the first, for those who show no more. */
    public static ProblemException invalid(List<Fault> faults) {
        Fault first = faults.getFirst();
        String more = faults.size() == 1 ? "" : " (and %d more)".formatted(faults.size() - 1);
        return new ProblemException(
                Kind.INVALID_REQUEST, "%s %s%s".formatted(first.field(), first.detail(), more), faults, Map.of());
    }

    public static ProblemException invalid(String field, String detail, String remedy) {
        return invalid(List.of(new Fault(field, detail, remedy)));
    }

    /** 429: come again after this time. */
    public static ProblemException rateLimited(String detail, Duration retryAfter) {
        return new ProblemException(Kind.RATE_LIMITED, detail, List.of(), retryAfter(retryAfter));
    }

    /** 429: what calls under way leave of a budget is not known yet; come again after this time. */
    public static ProblemException budgetReserved(String detail, Duration retryAfter) {
        return new ProblemException(Kind.BUDGET_RESERVED, detail, List.of(), retryAfter(retryAfter));
    }

    /** 503: come again after this time. */
    public static ProblemException unavailable(String detail, Duration retryAfter) {
        return new ProblemException(Kind.UNAVAILABLE, detail, List.of(), retryAfter(retryAfter));
    }

    /** 401, telling how to authenticate. */
    public static ProblemException unauthenticated(String detail) {
        return new ProblemException(
                Kind.UNAUTHENTICATED, detail, List.of(), Map.of("WWW-Authenticate", "Bearer realm=\"prompt-manage\""));
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(Kind.NOT_FOUND, detail);
    }

    public static ProblemException forbidden(String detail) {
        return new ProblemException(Kind.FORBIDDEN, detail);
    }

    /** 403 for parts of what was sent, each with what is to be done about it. */
    public static ProblemException forbidden(String detail, List<Fault> faults) {
        return new ProblemException(Kind.FORBIDDEN, detail, faults, Map.of());
    }

    /** 403 that a larger tier would not be: says what the limit is. */
    public static ProblemException tierLimit(String detail, Problem.Limit limit) {
        return new ProblemException(Kind.TIER_LIMIT.because(detail, List.of()).withLimit(limit), Map.of());
    }

    public static ProblemException conflict(String detail) {
        return new ProblemException(Kind.CONFLICT, detail);
    }

    /** 409 for a change that began from something older than what is stored now: says what that is. */
    public static ProblemException conflict(String detail, JsonNode current) {
        return new ProblemException(Kind.CONFLICT.because(detail, List.of()).withCurrent(current), Map.of());
    }

    public Problem problem() {
        return problem;
    }

    /** To send along, for example {@code Retry-After}. */
    public Map<String, String> headers() {
        return headers;
    }

    private static Map<String, String> retryAfter(Duration wait) {
        // Whole seconds, rounded up: to come too early is to be refused again.
        long seconds = Math.max(1, (wait.toMillis() + 999) / 1000);
        return Map.of("Retry-After", Long.toString(seconds));
    }
}
