package com.promptmanage.query.team;

import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Everything about teams, put together: the teams, their members, their invitations. */
public final class Teams {

    private final List<Routes> routes;

    /** @param publicUrl what the links of invitations begin with */
    public Teams(Database database, Access access, InvitationMail mail, Optional<URI> publicUrl, Clock clock) {
        var authentication = access.authentication();
        var sessions = access.sessions();
        this.routes = List.of(
                new TeamRoutes(authentication, sessions, new TeamTable(database, access.keys(), clock), access.tiers()),
                new MemberRoutes(authentication, sessions, new MemberTable(database, access.keys(), clock)),
                new InvitationRoutes(
                        authentication,
                        sessions,
                        new InvitationTable(database, access.tiers(), clock),
                        new InvitationAnswers(database, access.tiers(), clock),
                        new InvitationSender(mail, publicUrl),
                        clock));
    }

    public List<Routes> routes() {
        return routes;
    }
}
