package com.promptmanage.query;

import com.promptmanage.query.alert.AlertFeed;
import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.query.alert.Alerts;
import com.promptmanage.query.anomaly.AnomalyWatch;
import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.developer.DeveloperRoutes;
import com.promptmanage.query.export.ExportRoutes;
import com.promptmanage.query.history.HistoryWriter;
import com.promptmanage.query.history.UsageHistory;
import com.promptmanage.query.history.UsageRoutes;
import com.promptmanage.query.litellm.SpendReadRoutes;
import com.promptmanage.query.live.LiveRoutes;
import com.promptmanage.query.live.LiveTotals;
import com.promptmanage.query.meters.EntitlementRoutes;
import com.promptmanage.query.meters.MeterRoutes;
import com.promptmanage.query.notify.UnpricedUsage;
import com.promptmanage.query.plain.PlainEventWriter;
import com.promptmanage.query.reconcile.ReconciliationRoutes;
import com.promptmanage.query.retention.OldRecords;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.read.Metering;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What runs beside the requests, and the routes that answer from what it keeps: the history, the plain events and the alerts
 * that are copied into tables, the feed of alerts, the running totals, the look-out for unusual hours.
 *
 * <p>Closed before the server: the streams that it feeds are requests, and a server waits for those.
 */
public final class QueryWorkers implements AutoCloseable {

    /** What describes the routes. */
    public static final String OPEN_API = "openapi/query-records.yaml";

    private final Database database;

    private final AlertFeed feed;

    private final LiveTotals totals;

    private final TopicCopy history;

    private final TopicCopy plain;

    private final TopicCopy alerts;

    private final Duration retention;

    private final OldRecords oldRecords;

    private final AnomalyWatch anomalies;

    private QueryWorkers(
            Database database,
            AlertFeed feed,
            LiveTotals totals,
            TopicCopy history,
            TopicCopy plain,
            TopicCopy alerts,
            Duration retention,
            OldRecords oldRecords,
            AnomalyWatch anomalies) {
        this.database = database;
        this.feed = feed;
        this.totals = totals;
        this.history = history;
        this.plain = plain;
        this.alerts = alerts;
        this.retention = retention;
        this.oldRecords = oldRecords;
        this.anomalies = anomalies;
    }

    /**
     * Starts everything. Neither Kafka nor the topics need be there yet.
     *
     * @param kafkaSettings of consumers, {@code bootstrap.servers} at least
     * @param onAlert who has more to do for an alert that is listed
     */
    public static QueryWorkers start(
            Database database,
            Map<String, Object> kafkaSettings,
            Metering metering,
            AlertWriter.Listener onAlert,
            MeterRegistry meters) {
        return start(database, kafkaSettings, metering, StreamsSettings.RETENTION_MIN, onAlert, meters);
    }

    /** @param retention how long history and alerts are kept */
    public static QueryWorkers start(
            Database database,
            Map<String, Object> kafkaSettings,
            Metering metering,
            Duration retention,
            AlertWriter.Listener onAlert,
            MeterRegistry meters) {
        Clock clock = Clock.systemUTC();
        return new QueryWorkers(
                database,
                AlertFeed.start(kafkaSettings, metering::partitionOf, meters),
                new LiveTotals(metering),
                HistoryWriter.start(database, kafkaSettings, new UnpricedUsage(clock), meters),
                PlainEventWriter.start(database, kafkaSettings, meters),
                AlertWriter.start(database, kafkaSettings, onAlert, meters),
                retention,
                OldRecords.start(database, retention, clock),
                AnomalyWatch.start(database, metering, clock));
    }

    /** To be mounted besides {@link QueryRoutes}, for example by {@link QueryRoutes#and}. */
    public List<Routes> routes(Access access, AccountRouting routing, Clock clock) {
        var authentication = access.authentication();
        var shown = new ShownHistory(access.tiers(), clock);
        var zones = new AccountZones(database);
        var usage = new UsageHistory(database);
        var routes = new ArrayList<Routes>();
        routes.addAll(new Alerts(database, authentication, feed, clock).routes());
        routes.add(new UsageRoutes(authentication, zones, shown, usage));
        routes.add(new DeveloperRoutes(authentication, zones, shown, database));
        routes.add(new ExportRoutes(database, authentication, zones, access.tiers(), shown, usage, clock));
        routes.add(new SpendReadRoutes(authentication, shown, database, clock));
        routes.add(new MeterRoutes(authentication, shown, database, clock));
        routes.add(new EntitlementRoutes(authentication, routing, clock));
        routes.add(new LiveRoutes(authentication, routing, zones, totals, clock));
        routes.add(new ReconciliationRoutes(database, authentication, routing, shown, retention, clock));
        return routes;
    }

    /** For a check of readiness: false only if something ended that must not. */
    public boolean isAlive() {
        return history.isAlive() && plain.isAlive() && alerts.isAlive();
    }

    @Override
    public void close() {
        anomalies.close();
        oldRecords.close();
        totals.close();
        feed.close();
        history.close();
        plain.close();
        alerts.close();
    }
}
