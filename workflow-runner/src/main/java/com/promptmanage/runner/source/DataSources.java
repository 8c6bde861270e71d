package com.promptmanage.runner.source;

import com.promptmanage.runner.connector.ApiConnector;
import com.promptmanage.runner.connector.Connector;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.connector.FileConnector;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.PostgresConnector;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.connector.SlackConnector;
import com.promptmanage.runner.connector.WebhookConnector;
import com.promptmanage.runner.secret.CredentialTable;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.tier.Tiers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All about data sources, put together: where nodes read and write, the routes, and syncs by themselves. */
public final class DataSources implements AutoCloseable {

    /** What describes its routes, and those of credentials. */
    public static final String OPEN_API = "openapi/data-sources.yaml";

    /** Half of the minute within which a schedule has to be kept. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final Connectors connectors;

    private final Places places;

    private final SecretValues secrets;

    private final DataSourceTable table;

    private final SyncTable history;

    private final FileTable files;

    private final SyncClock threads;

    /** @param more connectors besides those that are always there */
    public DataSources(
            Database database,
            SecretValues secrets,
            Outbound outbound,
            HttpSender sender,
            List<Connector> more,
            Clock clock) {
        this(database, secrets, outbound, sender, more, clock, LOOK_EVERY);
    }

    DataSources(
            Database database,
            SecretValues secrets,
            Outbound outbound,
            HttpSender sender,
            List<Connector> more,
            Clock clock,
            Duration lookEvery) {
        this.secrets = secrets;
        this.table = new DataSourceTable(database, clock);
        this.history = new SyncTable(database, clock);
        // Nodes and syncs take turns at the database; requests do not wait for them.
        Database background = database.background();
        this.files = new FileTable(database);
        var filesOfNodes = new FileTable(background);
        var all = new ArrayList<Connector>(List.of(
                new SampleConnector(),
                new ApiConnector(sender),
                FileConnector.csv(sender, filesOfNodes),
                FileConnector.json(sender, filesOfNodes),
                new PostgresConnector(outbound),
                new WebhookConnector(sender),
                new SlackConnector(sender)));
        all.addAll(more);
        this.connectors = new Connectors(all);
        this.places = new Places(connectors, new DataSourceTable(background, clock), secrets);
        this.threads = new SyncClock(table, new Syncs(places, new SyncTable(background, clock)), lookEvery);
    }

    /** Where nodes read from and write to. */
    public Places places() {
        return places;
    }

    /** What accounts have set up. */
    public AccountSetup setup(CredentialTable credentials) {
        return new StoredSetup(table, connectors, credentials);
    }

    /** {@code /api/data-sources} and {@code /api/connectors}. */
    public List<Routes> routes(Authentication authentication, Tiers tiers) {
        return List.of(
                new ConnectorRoutes(authentication, connectors),
                new DataSourceRoutes(
                        authentication, tiers, table, history, threads, connectors, places, files, secrets));
    }

    /** Begins to sync sources when their time has come. */
    public void start() {
        threads.start();
    }

    @Override
    public void close() {
        threads.close();
    }
}
