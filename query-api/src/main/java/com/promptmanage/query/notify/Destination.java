package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where a channel leads. All of it is kept encrypted: who has a URL of a chat can write into it. */
sealed interface Destination {

    /** @param secrets the current one, and those before it that are still valid */
    record Webhook(String url, Format format, List<SigningSecret> secrets) implements Destination {

        public Webhook {
            secrets = List.copyOf(secrets);
        }

        @Override
        public String toString() {
            return "Webhook[" + shown(url) + "]";
        }
    }

    record Slack(String url) implements Destination {

        @Override
        public String toString() {
            return "Slack[" + shown(url) + "]";
        }
    }

    record Teams(String url) implements Destination {

        @Override
        public String toString() {
            return "Teams[" + shown(url) + "]";
        }
    }

    record Email(List<String> to) implements Destination {

        public Email {
            to = List.copyOf(to);
        }
    }

    /** One that was encrypted with a key that is gone: it can be seen and deleted, and nothing else. */
    record Unreadable(String kind) implements Destination {

        static final String PROBLEM =
                "Where it leads cannot be read, for the key that it was encrypted with is gone: whoever runs this installation may bring the key back; else delete the channel, and make it anew.";
    }

    /** What a webhook's body looks like. */
    enum Format {
        /** Standard Webhooks: type, timestamp and the alert. */
        STANDARD,
        /** The event that LiteLLM's proxy sends. */
        LITELLM;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Format> parse(String text) {
            return java.util.Arrays.stream(values())
                    .filter(format -> format.code().equals(text))
                    .findFirst();
        }
    }

    /** The name in JSON and in the database. */
    default String kind() {
        return switch (this) {
            case Webhook webhook -> "webhook";
            case Slack slack -> "slack";
            case Teams teams -> "teams";
            case Email email -> "email";
            case Unreadable unreadable -> unreadable.kind();
        };
    }

    /** Whether it can tell of several alerts at once. */
    default boolean joins() {
        return !(this instanceof Webhook webhook) || webhook.format() != Format.LITELLM;
    }

    /** A URL without what is secret in it. */
    static String shown(String url) {
        URI uri = URI.create(url);
        return uri.getScheme() + "://" + uri.getRawAuthority() + "/…";
    }

    /** As it is kept, before it is encrypted. */
    default String write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("kind", kind());
        switch (this) {
            case Webhook webhook -> {
                json.put("url", webhook.url()).put("format", webhook.format().code());
                var secrets = json.putArray("secrets");
                webhook.secrets().forEach(secret -> {
                    Instant until = secret.until();
                    secrets.addObject().put("key", secret.key()).put("until", until == null ? null : until.toString());
                });
            }
            case Slack slack -> json.put("url", slack.url());
            case Teams teams -> json.put("url", teams.url());
            case Email email -> {
                var to = json.putArray("to");
                email.to().forEach(to::add);
            }
            case Unreadable unreadable -> throw new IllegalStateException("what cannot be read cannot be written");
        }
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    static Destination read(String written) {
        JsonNode json = Json.read(written.getBytes(StandardCharsets.UTF_8), JsonNode.class);
        String url = json.path("url").asText();
        return switch (json.path("kind").asText()) {
            case "webhook" -> {
                var secrets = new ArrayList<SigningSecret>();
                json.path("secrets")
                        .forEach(secret -> secrets.add(new SigningSecret(
                                secret.path("key").asText(),
                                secret.path("until").isTextual()
                                        ? Instant.parse(secret.path("until").asText())
                                        : null)));
                yield new Webhook(
                        url, Format.parse(json.path("format").asText()).orElse(Format.STANDARD), secrets);
            }
            case "slack" -> new Slack(url);
            case "teams" -> new Teams(url);
            case "email" -> {
                var to = new ArrayList<String>();
                json.path("to").forEach(address -> to.add(address.asText()));
                yield new Email(to);
            }
            default -> throw new IllegalStateException("a destination of no known kind");
        };
    }
}
