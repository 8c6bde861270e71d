package com.promptmanage.query.alert;

import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.EventStream;
import com.promptmanage.service.http.Routes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Everything about alerts, put together. */
public final class Alerts {

    private final List<Routes> routes;

    /** @param feed the caller's to close, before the server */
    public Alerts(Database database, Authentication authentication, AlertFeed feed, Clock clock) {
        this(database, authentication, feed, clock, EventStream.HEARTBEAT);
    }

    Alerts(Database database, Authentication authentication, AlertFeed feed, Clock clock, Duration heartbeat) {
        var table = new AlertTable(database);
        this.routes = List.of(
                new AlertRoutes(authentication, table, clock),
                new AlertStreamRoutes(authentication, feed, table, heartbeat));
    }

    public List<Routes> routes() {
        return routes;
    }
}
