package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Redaction;
import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Optional;

/**
 * With what a connector is opened.
 *
 * @param account whose it is
 * @param dataSourceId of the stored data source; empty if there is none
 * @param config as the connector's type describes it, with nothing secret in it
 * @param secrets of the credential, by name: {@code token}, {@code apiKey}, {@code username}, {@code password}, {@code url};
 *     empty if there is none
 * @param time for everything that is done with the session
 */
public record Access(
        Account account, Optional<String> dataSourceId, JsonNode config, Map<String, String> secrets, TimeLeft time) {

    public Access {
        secrets = Map.copyOf(secrets);
    }

    Optional<String> secret(String name) {
        return Optional.ofNullable(secrets.get(name)).filter(value -> !value.isBlank());
    }

    Redaction redaction() {
        return Redaction.of(secrets.values());
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "Access[%s, %s]".formatted(account, dataSourceId.orElse("-"));
    }
}
