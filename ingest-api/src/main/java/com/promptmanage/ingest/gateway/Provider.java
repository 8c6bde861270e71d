package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call.Header;
import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;

/** Who answers: by what address, which key it takes where, and how it says no. */
public enum Provider {
    OPENAI("openai", "openai", "https://api.openai.com", "Authorization") {
        @Override
        ObjectNode error(int status, String code, String message) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put("message", message);
            error.put(
                    "type",
                    switch (status) {
                        case 402 -> "insufficient_quota";
                        case 429 -> "rate_limit_error";
                        default -> status < 500 ? "invalid_request_error" : "server_error";
                    });
            error.putNull("param");
            error.put("code", code);
            return JsonNodeFactory.instance.objectNode().set("error", error);
        }
    },
    ANTHROPIC("anthropic", "anthropic", "https://api.anthropic.com", "x-api-key") {
        @Override
        ObjectNode error(int status, String code, String message) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put(
                    "type",
                    switch (status) {
                        case 401 -> "authentication_error";
                        case 402 -> "billing_error";
                        case 403 -> "permission_error";
                        case 404 -> "not_found_error";
                        case 413 -> "request_too_large";
                        case 429 -> "rate_limit_error";
                        case 503 -> "overloaded_error";
                        case 504 -> "timeout_error";
                        default -> status < 500 ? "invalid_request_error" : "api_error";
                    });
            error.put("message", message);
            error.put("code", code);
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
            body.set("error", error);
            return body;
        }
    },
    GEMINI("gemini", "google", "https://generativelanguage.googleapis.com", "x-goog-api-key") {
        @Override
        ObjectNode error(int status, String code, String message) {
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put("code", status);
            error.put("message", message);
            error.put(
                    "status",
                    switch (status) {
                        case 401 -> "UNAUTHENTICATED";
                        case 402, 429 -> "RESOURCE_EXHAUSTED";
                        case 403 -> "PERMISSION_DENIED";
                        case 404 -> "NOT_FOUND";
                        case 503 -> "UNAVAILABLE";
                        case 504 -> "DEADLINE_EXCEEDED";
                        default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
                    });
            error.putArray("details")
                    .addObject()
                    .put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
                    .put("reason", code.toUpperCase(java.util.Locale.ROOT))
                    .put("domain", "prompt-manage");
            return JsonNodeFactory.instance.objectNode().set("error", error);
        }
    };

    private final String value;

    private final String pricedAs;

    private final URI address;

    private final String keyHeader;

    Provider(String value, String pricedAs, String address, String keyHeader) {
        this.value = value;
        this.pricedAs = pricedAs;
        this.address = URI.create(address);
        this.keyHeader = keyHeader;
    }

    static Optional<Provider> parse(String text) {
        return Stream.of(values()).filter(one -> one.value.equals(text)).findFirst();
    }

    /** In our own addresses and tables. */
    public String value() {
        return value;
    }

    /** As price lists and events call it. */
    String pricedAs() {
        return pricedAs;
    }

    /** Unless an operator sets another. */
    URI address() {
        return address;
    }

    /** Where its SDKs put the key: ours, when they talk to us. */
    public String keyHeader() {
        return keyHeader;
    }

    Header credentials(String key) {
        return new Header(keyHeader, this == OPENAI ? "Bearer " + key : key);
    }

    /** What is wrong, in the form in which its SDKs expect it. */
    byte[] refusal(int status, String code, String message) {
        return Json.bytes(error(status, code, message));
    }

    /** The same in the middle of a stream, where its SDKs look for it. */
    String refusalInStream(int status, String code, String message) {
        String data = error(status, code, message).toString();
        return (this == ANTHROPIC ? "event: error\n" : "") + "data: " + data + "\n\n";
    }

    abstract ObjectNode error(int status, String code, String message);
}
