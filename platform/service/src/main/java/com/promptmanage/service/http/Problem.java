package com.promptmanage.service.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is told when a request fails (RFC 9457).
 *
 * @param type for programs, as the RFC wants it; {@code code} says the same in short
 * @param detail for people: what was wrong with this request
 * @param code stable: one of {@link Kind#code}
 * @param errors everything wrong with an invalid request; else empty
 * @param limit the limit of the account's tier that was reached; null for every other problem
 * @param current what is stored now, where a change was refused because it began from something older; null for every
 *     other problem
 * @param instance the request's id, as in the answer's {@code X-Request-Id} and in our log
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Fault> errors,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Limit limit,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode current,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String instance) {

    /** The media type of every answer that is a problem. */
    public static final String CONTENT_TYPE = "application/problem+json";

    public Problem {
        errors = List.copyOf(errors);
    }

    /**
     * What an account's tier allows.
     *
     * @param name of the feature, as in {@code GET /api/auth/me}
     * @param max how many there may be; null if the tier has none of it
     * @param current how many there are; null if it is not counted
     * @param allowed which of several there may be; null if it is not about that
     * @param tier the account's
     */
    public record Limit(
            String name,
            @Nullable Long max,
            @Nullable Long current,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<String> allowed,

            String tier) {}

    /** Every way in which a request can fail. The one place where a failure meets its HTTP status and its code. */
    public enum Kind {
        INVALID_REQUEST(400, "The request is not valid"),
        UNSUPPORTED_GROUP_BY(400, "Spend is not seen in that way"),
        UNAUTHENTICATED(401, "Sign in or send an API key"),
        BUDGET_EXCEEDED(402, "The budget is spent"),
        PROMPT_TOO_LONG(402, "The prompt is too long"),
        FORBIDDEN(403, "You may not do this"),
        TIER_LIMIT(403, "The account's tier does not go so far"),
        NOT_FOUND(404, "No such thing"),
        METHOD_NOT_ALLOWED(405, "This address does not take that method"),
        CONFLICT(409, "It has changed or exists already"),
        MAIL_NOT_SET_UP(409, "This installation sends no mail"),
        OTHER_PERSON(409, "Someone else is signed in"),
        BODY_TOO_LARGE(413, "The body is too large"),
        ADDRESS_TOO_LONG(414, "The address is too long"),
        UNSUPPORTED_MEDIA_TYPE(415, "The body is in a form that this address does not take"),
        RATE_LIMITED(429, "Too many requests"),
        BUDGET_RESERVED(429, "Calls under way may use the budget up"),
        HEADERS_TOO_LARGE(431, "The headers are too large"),
        UNEXPECTED(500, "Something broke on our side"),
        UNAVAILABLE(503, "Not available just now");

        private final int status;

        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        public int status() {
            return status;
        }

        /** Stable, for programs: the name in lower case. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        public Problem because(String detail, List<Fault> errors) {
            return new Problem(
                    "urn:promptmanage:problem:" + code(), title, status, detail, code(), errors, null, null, "");
        }
    }

    Problem in(String requestId) {
        return new Problem(
                type, title, status, detail, code, errors, limit, current, "urn:promptmanage:request:" + requestId);
    }

    /** For what is answered with a status of its own, and is not worth a code of its own. */
    Problem withStatus(int other) {
        return new Problem(type, title, other, detail, code, errors, limit, current, instance);
    }

    Problem withLimit(Limit reached) {
        return new Problem(type, title, status, detail, code, errors, reached, current, instance);
    }

    Problem withCurrent(JsonNode stored) {
        return new Problem(type, title, status, detail, code, errors, limit, stored, instance);
    }
}
