package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.BudgetAlert;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server that notifies, a team, and a process or more that deliver. Only 127.0.0.1 may be reached. */
final class NotifyingApi implements AutoCloseable {

    static final SecretBox SECRETS = new SecretBox(SecretKeys.of("test", new byte[32]));

    private final Outbound outbound =
            new Outbound(OutboundSettings.DEFAULTS.withAllowed(List.of(AddressRange.of("127.0.0.1"))));

    private final Optional<Mailer> mailer;

    private final List<Notifications> processes = new ArrayList<>();

    private final TestApi api;

    private final String admin;

    NotifyingApi(Optional<Mailer> mailer) {
        this.mailer = mailer;
        // What verifies signatures compares them with the time that it is.
        this.api = TestApi.start(Instant.now().truncatedTo(ChronoUnit.SECONDS), this::routes);
        api.team("acme", "UTC");
        // A key, for sessions end while tests let days go by.
        this.admin = api.key(Account.team("acme"), KeyScope.QUERY, KeyScope.MANAGE);
    }

    private List<Routes> routes(TestApi.Parts parts) {
        // Its routes are those of a process that does not deliver: tests say when that begins.
        return Notifications.of(parts.database(), ways(), new SimpleMeterRegistry(), parts.clock())
                .routes(parts.access().authentication());
    }

    TestApi api() {
        return api;
    }

    String admin() {
        return admin;
    }

    Outbound outbound() {
        return outbound;
    }

    private Notifications.Ways ways() {
        return new Notifications.Ways(
                outbound, mailer, SECRETS, Optional.of(URI.create("https://prompts.example.com")));
    }

    /** Begins to deliver, in one more process. */
    void deliver() {
        deliver(api.clock());
    }

    /** As {@link #deliver()}, by another clock. */
    void deliver(Clock clock) {
        processes.add(Notifications.start(api.database(), ways(), new SimpleMeterRegistry(), clock));
    }

    /** Lists alerts, and so makes their deliveries. */
    void raise(BudgetAlert... alerts) {
        Raised.list(api.database(), api.clock(), alerts);
    }

    JsonNode channel(String kind, String url) {
        return create(admin, "/api/teams/acme", """
                {"kind":"%s","name":"%s of acme","url":"%s"}""".formatted(kind, kind, url));
    }

    JsonNode create(String credentials, String owner, String body) {
        Answer answer = api.post(credentials, owner + "/notification-channels", body);
        if (answer.status() != 201) {
            throw new AssertionError(answer.status() + " " + answer.json());
        }
        return answer.json();
    }

    JsonNode channelNow(String id) {
        return api.get(admin, "/api/teams/acme/notification-channels/" + id).json();
    }

    JsonNode deliveries(String channelId) {
        return api.get(admin, "/api/teams/acme/notification-channels/%s/deliveries".formatted(channelId))
                .json()
                .path("deliveries");
    }

    @Override
    public void close() {
        processes.forEach(Notifications::close);
        api.close();
        outbound.close();
    }
}
