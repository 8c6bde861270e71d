package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import java.util.Optional;

/** The data sources that an account has set up. */
@FunctionalInterface
public interface StoredSources {

    Optional<StoredSource> find(Account account, String id);

    /** @param credentialId empty if it needs none */
    record StoredSource(String id, String type, JsonNode config, Optional<String> credentialId) {}
}
