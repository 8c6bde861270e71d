package com.promptmanage.query.report;

import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.streams.read.Metering;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Everything about reports, put together. */
public final class Reports implements AutoCloseable {

    /** What describes the routes. */
    public static final String OPEN_API = "openapi/query-reports.yaml";

    private final Database database;

    private final Access access;

    private final Clock clock;

    private final Optional<ReportSender> sender;

    private Reports(Database database, Access access, Clock clock, Optional<ReportSender> sender) {
        this.database = database;
        this.access = access;
        this.clock = clock;
        this.sender = sender;
    }

    /**
     * Begins to send, if there is a mail server. Without one, reports wait, and those that have waited for more than a week are
     * left out once there is.
     */
    public static Reports start(
            Database database,
            Access access,
            Metering metering,
            Optional<Mailer> mailer,
            MeterRegistry meters,
            Clock clock) {
        return new Reports(
                database,
                access,
                clock,
                mailer.map(mails -> ReportSender.start(database, metering, mails, access.tiers(), meters, clock)));
    }

    public List<Routes> routes(AccountRouting routing) {
        return List.of(new ReportRoutes(database, access, routing, new AccountZones(database), clock));
    }

    @Override
    public void close() {
        sender.ifPresent(ReportSender::close);
    }
}
