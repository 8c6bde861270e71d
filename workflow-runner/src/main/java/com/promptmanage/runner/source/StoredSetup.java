package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.connector.ApiConnector;
import com.promptmanage.runner.connector.Connector;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.connector.EmailConnector;
import com.promptmanage.runner.connector.FileConnector;
import com.promptmanage.runner.connector.PostgresConnector;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.connector.StoredSources.StoredSource;
import com.promptmanage.runner.secret.CredentialTable;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.template.SourceKind;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** As it is stored. Nothing is opened, and nobody outside is asked. */
record StoredSetup(DataSourceTable table, Connectors connectors, CredentialTable credentials) implements AccountSetup {

    @Override
    public Optional<Lack> source(
            Account account, String sourceId, @Nullable String connector, Set<SourceKind> fitting) {
        if (isSample(sourceId)) {
            return sample(sourceId);
        }
        Optional<StoredSource> stored = table.find(account, sourceId);
        if (stored.isPresent()) {
            return lack(account, stored.get());
        }
        Optional<Connector> wanted = Optional.ofNullable(connector).flatMap(connectors::find);
        // What is only written to is entered with what the account has for such places, and the name is the place's
        // own.
        if (wanted.filter(known -> !known.type().abilities().contains(Ability.READ))
                .isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Lack(
                "is '%s', which is no data source of %s".formatted(sourceId, account),
                connector == null || wanted.isPresent()
                        ? "Connect the data source and give its id."
                        : instead(connector, fitting)));
    }

    private static String instead(String connector, Set<SourceKind> fitting) {
        String instead = SourceKind.anyOf(fitting);
        return instead.isEmpty()
                ? "There is no connector for %s yet, and nothing else does for all that the workflow does with it."
                        .formatted(connector)
                : "There is no connector for %s yet: connect %s with the same fields, and give its id."
                        .formatted(connector, instead);
    }

    @Override
    public Optional<Lack> secret(Account account, String name) {
        return credentials.isSecret(account, name)
                ? Optional.empty()
                : Optional.of(new Lack(
                        "is '%s', which is no secret of %s".formatted(name, account),
                        "Store the secret, and give the name it is stored under."));
    }

    @Override
    public Optional<SourceKind> kind(Account account, String sourceId) {
        return isSample(sourceId)
                ? Optional.of(SourceKind.SAMPLE)
                : table.find(account, sourceId)
                        .flatMap(source -> connectors.find(source.type()))
                        .flatMap(StoredSetup::kindOf);
    }

    @Override
    public boolean sendsMail() {
        return connectors.all().stream()
                .noneMatch(connector -> connector instanceof EmailConnector email && !email.hasServer());
    }

    private static boolean isSample(String sourceId) {
        return sourceId.equals(SampleConnector.ID) || sourceId.startsWith(SampleConnector.ID + "/");
    }

    private static Optional<SourceKind> kindOf(Connector connector) {
        return switch (connector) {
            case PostgresConnector database -> Optional.of(SourceKind.DATABASE);
            case FileConnector file -> Optional.of(SourceKind.FILE);
            case ApiConnector api -> Optional.of(SourceKind.API);
            case SampleConnector sample -> Optional.of(SourceKind.SAMPLE);
            default -> Optional.empty();
        };
    }

    private Optional<Lack> sample(String sourceId) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        if (sourceId.length() > SampleConnector.ID.length() + 1) {
            config.put("resource", sourceId.substring(SampleConnector.ID.length() + 1));
        }
        var faults = new Faults();
        connectors.find(SampleConnector.ID).ifPresent(sample -> sample.check(config, "", faults));
        return faults.list().stream().findFirst().map(fault -> new Lack(fault.detail(), fault.remedy()));
    }

    private Optional<Lack> lack(Account account, StoredSource source) {
        if (connectors.find(source.type()).isEmpty()) {
            return Optional.of(new Lack(
                    "is of the type '%s', for which there is no connector".formatted(source.type()),
                    "Choose another data source."));
        }
        return source.credentialId()
                .filter(id -> !credentials.isActive(account, id))
                .map(id -> new Lack(
                        "has a credential that cannot be used any more",
                        "Store the data source's credential anew, or choose another data source."));
    }
}
