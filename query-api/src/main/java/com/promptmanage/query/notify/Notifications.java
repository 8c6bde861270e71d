package com.promptmanage.query.notify;

import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Everything about how alerts reach people, put together. */
public final class Notifications implements AutoCloseable {

    /** What describes the routes. */
    public static final String OPEN_API = "openapi/query-notify.yaml";

    private final Database database;

    private final Outbound outbound;

    private final Optional<Mailer> mailer;

    private final Ids ids;

    private final Clock clock;

    private final ChannelTable channels;

    private final Sender sender;

    private final Deliveries deliveries;

    /**
     * What reaches the outside.
     *
     * @param outbound the caller's to close
     * @param mailer empty if the operator has set up none
     * @param dashboard where people find more; empty if nobody has said
     */
    public record Ways(Outbound outbound, Optional<Mailer> mailer, SecretBox secrets, Optional<URI> dashboard) {}

    private Notifications(Database database, Ways ways, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.outbound = ways.outbound();
        this.mailer = ways.mailer();
        this.ids = new Ids(clock);
        this.clock = clock;
        this.channels = new ChannelTable(database, ways.secrets());
        this.sender = new Sender(ways.outbound(), ways.mailer(), ways.dashboard(), clock);
        this.deliveries = new Deliveries(
                new DeliveryTable(database), channels, sender, new Owners(database, sender), meters, clock);
    }

    /** Without delivering. */
    static Notifications of(Database database, Ways ways, MeterRegistry meters, Clock clock) {
        return new Notifications(database, ways, meters, clock);
    }

    /** Begins to deliver. */
    public static Notifications start(Database database, Ways ways, MeterRegistry meters, Clock clock) {
        Notifications notifications = of(database, ways, meters, clock);
        notifications.deliveries.start();
        return notifications;
    }

    public List<Routes> routes(Authentication authentication) {
        var log = new DeliveryLog(database);
        return List.of(
                new ChannelRoutes(authentication, channels, log, sender, outbound, clock),
                new DeliveryRoutes(authentication, channels, log, clock),
                new PreferencesRoutes(authentication, new PreferencesTable(database), clock));
    }

    /**
     * For someone who has proved to read an address: alerts about them go there, until they say otherwise. Without a mail server
     * nothing is promised.
     *
     * @param handle of a transaction that may work with their account
     */
    public void welcome(Handle handle, String userId, String email) {
        if (mailer.isPresent()) {
            Instant now = clock.instant();
            channels.create(
                    handle,
                    new Owned(Account.user(userId), Scope.EVERYONE, Actor.SYSTEM),
                    new Channel(
                            ids.next("channel"),
                            Account.user(userId),
                            "E-mail",
                            new Destination.Email(List.of(email)),
                            Severity.INFO,
                            true,
                            null,
                            null,
                            now,
                            now),
                    ChannelRoutes.CHANNELS_MAX);
        }
    }

    /** For a check of readiness. */
    public boolean isAlive() {
        return deliveries.isAlive();
    }

    @Override
    public void close() {
        deliveries.close();
    }
}
