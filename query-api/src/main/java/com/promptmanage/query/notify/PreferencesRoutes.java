package com.promptmanage.query.notify;

import com.promptmanage.query.request.Fields;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;

/** {@code …/notification-preferences}, of a team and of a person. */
final class PreferencesRoutes implements Routes {

    private static final long BODY_BYTES_MAX = 64 << 10;

    private final Authentication authentication;

    private final PreferencesTable table;

    private final Clock clock;

    PreferencesRoutes(Authentication authentication, PreferencesTable table, Clock clock) {
        this.authentication = authentication;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (String owner : Owned.PREFIXES) {
            routes.get(owner + "/notification-preferences", this::get);
            routes.put(owner + "/notification-preferences", this::put);
        }
    }

    private void get(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        ctx.json(PreferencesJson.write(table.of(owned.scope(), owned.account())));
    }

    private void put(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        Preferences preferences =
                table.put(owned, there -> PreferencesJson.read(fields, there, faults), clock.instant());
        ctx.json(PreferencesJson.write(preferences));
    }
}
