package com.promptmanage.query;

import com.promptmanage.query.audit.AuditRoutes;
import com.promptmanage.query.key.KeyRoutes;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.query.team.Teams;
import com.promptmanage.query.tier.TierRoutes;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The routes about people: their teams, their keys, their tiers, and the log of what they change. */
public final class QueryPeople {

    /** What describes the routes. */
    public static final String OPEN_API = "openapi/query-people.yaml";

    private QueryPeople() {}

    /**
     * To be mounted besides {@link QueryRoutes}.
     *
     * @param publicUrl what links in mails begin with
     */
    public static List<Routes> routes(
            Database database, Access access, InvitationMail mail, Optional<URI> publicUrl, Clock clock) {
        var routes = new ArrayList<Routes>(new Teams(database, access, mail, publicUrl, clock).routes());
        routes.add(new KeyRoutes(database, access, clock));
        routes.add(new AuditRoutes(database, access.authentication(), clock));
        routes.add(new TierRoutes(database, access, clock));
        return routes;
    }
}
