package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.DeliveryTable.Due;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.topics.budget.Severity;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code …/notification-channels}, of a team and of a person: channels, their trials and their secrets. */
final class ChannelRoutes implements Routes {

    static final int CHANNELS_MAX = 50;

    private static final long BODY_BYTES_MAX = 64 << 10;

    private static final int SECRETS_MAX = 2;

    /** In an hour and account: a trial writes to addresses that nobody has confirmed, in the operator's name. */
    private static final int TRIALS_MAX = 30;

    private static final long OLD_SECRET_HOURS = 24;

    private static final long OLD_SECRET_HOURS_MAX = 7 * 24;

    private final Authentication authentication;

    private final ChannelTable table;

    private final DeliveryLog log;

    private final Sender sender;

    private final Outbound outbound;

    private final Ids ids;

    private final Clock clock;

    ChannelRoutes(
            Authentication authentication,
            ChannelTable table,
            DeliveryLog log,
            Sender sender,
            Outbound outbound,
            Clock clock) {
        this.authentication = authentication;
        this.table = table;
        this.log = log;
        this.sender = sender;
        this.outbound = outbound;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (String owner : Owned.PREFIXES) {
            String path = owner + "/notification-channels";
            routes.get(path, this::list);
            routes.post(path, this::create);
            routes.get(path + "/{id}", this::get);
            routes.patch(path + "/{id}", this::change);
            routes.delete(path + "/{id}", this::delete);
            routes.post(path + "/{id}/test", this::tryOut);
            routes.post(path + "/{id}/rotate-secret", this::rotate);
        }
    }

    private void list(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var channels = answer.putArray("channels");
        table.list(owned.scope(), owned.account()).forEach(channel -> channels.add(json(channel)));
        ctx.json(answer.putNull("nextCursor"));
    }

    private void create(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        ChannelForm form = ChannelForm.read(fields, outbound);
        fields.missing("name", "Send what people call it.");
        Optional<Destination> destination = ChannelForm.destination(fields, form);
        faults.check();
        Instant now = clock.instant();
        var channel = new Channel(
                ids.next("channel"),
                owned.account(),
                form.name().orElseThrow(),
                destination.orElseThrow(),
                form.minimumLevel().orElse(Severity.INFO),
                form.enabled().orElse(true),
                null,
                null,
                now,
                now);
        if (!table.create(owned, channel, CHANNELS_MAX)) {
            throw ProblemException.conflict(
                    "There are %d channels already, which is the most: delete one first".formatted(CHANNELS_MAX));
        }
        ctx.status(201).header("Location", ctx.path() + "/" + channel.id());
        ctx.json(withSecret(channel));
    }

    private void get(Context ctx) {
        ctx.json(json(find(ctx, Owned.by(ctx, authentication))));
    }

    private void change(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        Channel before = readable(ctx, owned);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        ChannelForm form = ChannelForm.read(fields, outbound);
        form.refuseWhatDoesNotFit(fields, before.destination().kind());
        if (fields.text("kind")
                .filter(kind -> !kind.equals(before.destination().kind()))
                .isPresent()) {
            fields.fault("kind", "cannot be changed", "Leave it out, or make a new channel.");
        }
        faults.check();
        Channel after = table.change(owned, before.id(), "channel_changed", channel -> changed(channel, form))
                .orElseThrow(() -> notFound(before.id()));
        ctx.json(json(after));
    }

    private Channel changed(Channel before, ChannelForm form) {
        boolean enabled = form.enabled().orElse(before.enabled());
        boolean anew = enabled && !before.enabled();
        return new Channel(
                before.id(),
                before.account(),
                form.name().orElse(before.name()),
                form.changed(before.destination()),
                form.minimumLevel().orElse(before.minimumLevel()),
                enabled,
                anew ? null : before.disabledReason(),
                anew ? null : before.failingSince(),
                before.createdAt(),
                clock.instant());
    }

    private void delete(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        String id = ctx.pathParam("id");
        if (!table.delete(owned, id, clock.instant())) {
            throw notFound(id);
        }
        ctx.status(204);
    }

    private void tryOut(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        Channel channel = readable(ctx, owned);
        Instant now = clock.instant();
        if (!table.noteTrial(owned, channel, now, TRIALS_MAX)) {
            throw ProblemException.rateLimited(
                    "%s has tried out channels %d times within an hour, which is the most"
                            .formatted(owned.account(), TRIALS_MAX),
                    Duration.ofHours(1));
        }
        Due due = new Due(
                List.of(ids.next("delivery")),
                new Message(ids.next("test"), now, List.of(SampleAlert.of(channel.account(), now))),
                0,
                null,
                List.of());
        Outcome outcome = sender.send(channel.id(), channel.destination(), due.message());
        log.keepTrial(owned.scope(), channel, due, now, outcome);
        ctx.json(JsonNodeFactory.instance
                .objectNode()
                .put("delivered", outcome.end() == Outcome.End.DELIVERED)
                .put("deliveryId", due.ids().getFirst())
                .put("status", outcome.status())
                .put("durationMs", outcome.took().toMillis())
                .put("response", outcome.said())
                .put("problem", outcome.end() == Outcome.End.DELIVERED ? null : outcome.problem()));
    }

    /** Signs with both from now on, until the old one's time is over. */
    private void rotate(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        Channel before = readable(ctx, owned);
        byte[] body = RequestBody.bytes(ctx, BODY_BYTES_MAX);
        var faults = new Faults();
        Fields fields = Fields.of(body.length == 0 ? new byte[] {'{', '}'} : body, faults);
        fields.refuseOthersThan(Set.of("oldValidHours"));
        long hours =
                fields.wholeNumber("oldValidHours", 0, OLD_SECRET_HOURS_MAX).orElse(OLD_SECRET_HOURS);
        faults.check();
        if (!(before.destination() instanceof Destination.Webhook)) {
            throw ProblemException.conflict("Only webhooks are signed; this channel has no secret");
        }
        Instant now = clock.instant();
        Instant until = now.plus(Duration.ofHours(hours));
        Channel after = table.change(
                        owned, before.id(), "channel_secret_rotated", channel -> switch (channel.destination()) {
                            case Destination.Webhook webhook ->
                                channel.withDestination(rotated(webhook, now, until), now);
                            case Destination.Slack slack -> channel;
                            case Destination.Teams teams -> channel;
                            case Destination.Email email -> channel;
                            case Destination.Unreadable unreadable -> channel;
                        })
                .orElseThrow(() -> notFound(before.id()));
        ctx.json(withSecret(after));
    }

    private static Destination.Webhook rotated(Destination.Webhook webhook, Instant now, Instant until) {
        var secrets = new ArrayList<SigningSecret>();
        secrets.add(SigningSecret.make());
        // The one of before, and no more: each signature makes the head longer.
        webhook.secrets().stream()
                .filter(secret -> secret.isValid(now))
                .limit(SECRETS_MAX - 1)
                .map(secret -> secret.validUntil(until))
                .forEach(secrets::add);
        return new Destination.Webhook(webhook.url(), webhook.format(), secrets);
    }

    private Channel find(Context ctx, Owned owned) {
        String id = ctx.pathParam("id");
        return table.find(owned.scope(), owned.account(), id).orElseThrow(() -> notFound(id));
    }

    private Channel readable(Context ctx, Owned owned) {
        Channel channel = find(ctx, owned);
        if (channel.destination() instanceof Destination.Unreadable) {
            throw ProblemException.conflict(Destination.Unreadable.PROBLEM);
        }
        return channel;
    }

    private ObjectNode withSecret(Channel channel) {
        ObjectNode json = json(channel);
        if (channel.destination() instanceof Destination.Webhook webhook) {
            json.put("secret", webhook.secrets().getFirst().key());
        }
        return json;
    }

    private ObjectNode json(Channel channel) {
        Instant failingSince = channel.failingSince();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", channel.id())
                .put("account", channel.account().value())
                .put("kind", channel.destination().kind())
                .put("name", channel.name());
        switch (channel.destination()) {
            case Destination.Webhook webhook -> {
                json.put("url", Destination.shown(webhook.url()))
                        .put("format", webhook.format().code());
                Instant now = clock.instant();
                webhook.secrets().stream()
                        .skip(1)
                        .filter(secret -> secret.isValid(now))
                        .findFirst()
                        .ifPresent(old -> json.put("oldSecretValidUntil", String.valueOf(old.until())));
            }
            case Destination.Slack slack -> json.put("url", Destination.shown(slack.url()));
            case Destination.Teams teams -> json.put("url", Destination.shown(teams.url()));
            case Destination.Email email -> {
                var to = json.putArray("to");
                email.to().forEach(to::add);
            }
            case Destination.Unreadable unreadable ->
                json.put("unreadable", true).put("problem", Destination.Unreadable.PROBLEM);
        }
        return json.put("minimumLevel", channel.minimumLevel().value())
                .put("enabled", channel.enabled())
                .put("disabledReason", channel.disabledReason())
                .put("failingSince", failingSince == null ? null : failingSince.toString())
                .put("createdAt", channel.createdAt().toString())
                .put("updatedAt", channel.updatedAt().toString());
    }

    private static ProblemException notFound(String id) {
        return ProblemException.notFound("There is no channel '%s' that you may see".formatted(id));
    }
}
