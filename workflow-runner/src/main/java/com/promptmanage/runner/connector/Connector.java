package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Faults;

/** One kind of place that records come from or go to. Has no state of its own; safe for use by several threads. */
public interface Connector {

    ConnectorType type();

    /**
     * Adds what is wrong with a configuration, as far as it can be told without asking anyone outside.
     *
     * @param path in front of the names of fields, such as {@code config.}
     */
    void check(JsonNode config, String path, Faults faults);

    /**
     * Opens it; nothing is asked outside yet.
     *
     * @throws ConnectorException if the configuration, or the credential, is not enough
     */
    Session open(Access access) throws ConnectorException;
}
