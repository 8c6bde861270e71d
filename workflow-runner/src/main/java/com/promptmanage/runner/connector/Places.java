package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.StoredSources.StoredSource;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what a node or a data source names. A name is that of a stored data source; or {@code sample}, with a slash and a
 * resource behind it if another than the first is wanted; or else what the connector itself calls its document.
 */
public final class Places {

    private static final Logger LOGGER = LoggerFactory.getLogger(Places.class);

    private final Connectors connectors;

    private final StoredSources sources;

    private final SecretValues secrets;

    public Places(Connectors connectors, StoredSources sources, SecretValues secrets) {
        this.connectors = connectors;
        this.sources = sources;
        this.secrets = secrets;
    }

    /**
     * What a name stands for.
     *
     * @param config as the connector's type describes it
     */
    public record Place(
            Connector connector, Optional<String> dataSourceId, JsonNode config, Optional<String> credentialId) {}

    /**
     * @param type of the connector, unless the name is of a stored data source, which has its own
     * @param sourceId may be empty
     * @param options what the node itself says of the configuration
     * @throws ConnectorException if there is no such place
     */
    public Place find(Account account, String type, String sourceId, Map<String, JsonNode> options)
            throws ConnectorException {
        if (sourceId.equals(SampleConnector.ID) || sourceId.startsWith(SampleConnector.ID + "/")) {
            ObjectNode config = JsonNodeFactory.instance.objectNode();
            if (sourceId.length() > SampleConnector.ID.length() + 1) {
                config.put("resource", sourceId.substring(SampleConnector.ID.length() + 1));
            }
            return new Place(connector(SampleConnector.ID), Optional.empty(), config, Optional.empty());
        }
        Optional<StoredSource> stored = sourceId.isBlank() ? Optional.empty() : sources.find(account, sourceId);
        if (stored.isPresent()) {
            StoredSource source = stored.get();
            return new Place(
                    connector(source.type()), Optional.of(source.id()), source.config(), source.credentialId());
        }
        Connector connector = connector(type);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        options.forEach(config::set);
        config.put("documentId", sourceId);
        return new Place(connector, Optional.empty(), config, Optional.empty());
    }

    /** @throws ConnectorException if the configuration, or the credential, is not enough */
    public Session open(Account account, Place place, TimeLeft time) throws ConnectorException {
        Map<String, String> opened;
        try {
            opened = credential(account, place);
        } catch (UnreadableSecretException e) {
            LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("a credential cannot be read");
            throw new ConnectorException(Failure.Kind.AUTH, UnreadableSecretException.TOLD);
        }
        return place.connector().open(new Access(account, place.dataSourceId(), place.config(), opened, time));
    }

    private Map<String, String> credential(Account account, Place place) throws ConnectorException {
        if (place.credentialId().isPresent()) {
            return secrets.ofCredential(account, place.credentialId().get())
                    .orElseThrow(() -> new ConnectorException(
                            Failure.Kind.AUTH, "the data source's credential is gone: choose another"));
        }
        // A document that a node names by itself is entered with the account's credential for that connector.
        return place.dataSourceId().isEmpty()
                ? secrets.ofKind(account, place.connector().type().type()).orElse(Map.of())
                : Map.of();
    }

    private Connector connector(String type) throws ConnectorException {
        return connectors
                .find(type)
                .orElseThrow(() -> new ConnectorException(
                        Failure.Kind.PERMANENT, "there is no connector for '%s' yet".formatted(type)));
    }
}
