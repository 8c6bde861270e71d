package com.promptmanage.query.http;

import com.promptmanage.query.QueryRoutes;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.service.http.Routes;
import java.time.Duration;
import java.util.List;

/** The routes as the process has them, with short waits. */
public final class TestRoutes {

    public static final Duration RECEIPT_WAIT_MAX = Duration.ofMillis(300);

    private TestRoutes() {}

    public static AccountRouting routing(TestApi.Parts parts) {
        return new AccountRouting(
                parts.metering(), new Forwarding(Duration.ofSeconds(5)), new ReadYourWrites(RECEIPT_WAIT_MAX));
    }

    public static List<Routes> of(TestApi.Parts parts) {
        return List.of(
                QueryRoutes.of(parts.database(), parts.access().authentication(), routing(parts), parts.clock()));
    }
}
