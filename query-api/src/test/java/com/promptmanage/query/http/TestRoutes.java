package com.promptmanage.query.http;

import com.promptmanage.query.QueryPeople;
import com.promptmanage.query.QueryRoutes;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.http.Routes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The routes as the process has them, with short waits. */
public final class TestRoutes {

    public static final Duration RECEIPT_WAIT_MAX = Duration.ofMillis(300);

    private TestRoutes() {}

    public static AccountRouting routing(TestApi.Parts parts) {
        return new AccountRouting(
                parts.metering(),
                new Forwarding(Duration.ofSeconds(30), Duration.ofSeconds(30)),
                new ReadYourWrites(RECEIPT_WAIT_MAX));
    }

    /** Those about people, with mails to this post office. */
    public static List<Routes> people(TestApi.Parts parts, InvitationMail mail, Optional<URI> publicUrl) {
        return QueryPeople.routes(parts.database(), parts.access(), mail, publicUrl, parts.clock());
    }

    public static List<Routes> of(TestApi.Parts parts) {
        return List.of(QueryRoutes.of(parts.database(), parts.access(), routing(parts), parts.clock()));
    }
}
