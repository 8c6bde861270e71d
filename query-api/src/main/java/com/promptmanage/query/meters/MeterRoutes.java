package com.promptmanage.query.meters;

import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import java.time.Clock;
import java.util.List;

/** {@code /api/v1/meters}, {@code /api/v1/events}, {@code /api/v2/events} and {@code /api/v1/subjects}, as OpenMeter's SDKs call them. */
public final class MeterRoutes implements Routes {

    private final List<Routes> parts;

    public MeterRoutes(Authentication authentication, ShownHistory shown, Database database, Clock clock) {
        var asking = new Asking(authentication, shown);
        var defined = new DefinedMeters(database, clock);
        this.parts = List.of(
                new DefinitionRoutes(authentication, asking, defined),
                new MeterQueryRoutes(asking, defined, database, clock),
                new KeptEventRoutes(asking, database, clock));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        parts.forEach(part -> part.addTo(routes));
    }
}
