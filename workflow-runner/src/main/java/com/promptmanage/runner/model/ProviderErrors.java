package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What providers say went wrong, where it says more than a status. */
final class ProviderErrors {

    private static final Pattern SECONDS = Pattern.compile("(\\d{1,6})(?:\\.(\\d{1,3})\\d*)?s");

    private ProviderErrors() {}

    /**
     * An error that came by its status.
     *
     * @param error the provider's own object; may be missing
     */
    static Failure refine(Failure refused, JsonNode error) {
        String code = code(error);
        Failure told = code.isEmpty() ? refused : refused.with(withCode(refused.details(), code));
        if (code.equals("insufficient_quota") || code.equals("billing_hard_limit_reached")) {
            // Comes as 429, but waiting does not fill the account.
            return new Failure(
                    Failure.Kind.PERMANENT, told.message(), told.details(), Optional.empty(), Optional.empty());
        }
        if (told.kind() == Failure.Kind.RATE_LIMITED && told.retryAfter().isEmpty()) {
            return told.retryAfter(retryDelay(error));
        }
        return told;
    }

    /** An error that came in the middle of a stream, after 200. */
    static Failure inStream(String title, JsonNode error) {
        String code = code(error);
        String said = error.path("message").asText("");
        Failure.Kind kind = switch (code) {
            case "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED" -> Failure.Kind.RATE_LIMITED;
            case "overloaded_error", "api_error", "server_error", "UNAVAILABLE", "INTERNAL" -> Failure.Kind.TRANSIENT;
            case "authentication_error", "permission_error", "UNAUTHENTICATED", "PERMISSION_DENIED" ->
                Failure.Kind.AUTH;
            case "invalid_request_error", "INVALID_ARGUMENT" -> Failure.Kind.VALIDATION;
            default -> Failure.Kind.AMBIGUOUS;
        };
        ObjectNode details = com.promptmanage.service.http.Json.mapper().createObjectNode();
        return new Failure(kind, "%s broke off its answer: %s".formatted(title, said.isEmpty() ? code : said))
                .with(withCode(details, code))
                .retryAfter(kind == Failure.Kind.RATE_LIMITED ? retryDelay(error) : Optional.empty());
    }

    /** OpenAI's code, or its type where that is null; Anthropic's type; Gemini's status. */
    private static String code(JsonNode error) {
        for (String name : new String[] {"status", "code", "type"}) {
            if (error.path(name).isTextual()) {
                return error.path(name).textValue();
            }
        }
        return "";
    }

    private static JsonNode withCode(JsonNode details, String code) {
        ObjectNode copy = details.deepCopy();
        return copy.put("code", code);
    }

    /** Gemini tells in the body how long to wait. */
    private static Optional<Duration> retryDelay(JsonNode error) {
        for (JsonNode detail : error.path("details")) {
            Matcher delay = SECONDS.matcher(detail.path("retryDelay").asText(""));
            if (delay.matches()) {
                String millis = delay.group(2) == null ? "0" : (delay.group(2) + "00").substring(0, 3);
                return Optional.of(
                        Duration.ofSeconds(Long.parseLong(delay.group(1))).plusMillis(Long.parseLong(millis)));
            }
        }
        return Optional.empty();
    }
}
