package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code …/notification-channels/{id}/deliveries}: what was sent, and sending it again. */
final class DeliveryRoutes implements Routes {

    private static final Set<String> STATUSES = Set.of("pending", "delivered", "failed");

    private static final int LIMIT_MAX = 200;

    private static final int LIMIT_DEFAULT = 50;

    private final Authentication authentication;

    private final ChannelTable channels;

    private final DeliveryLog log;

    private final Clock clock;

    DeliveryRoutes(Authentication authentication, ChannelTable channels, DeliveryLog log, Clock clock) {
        this.authentication = authentication;
        this.channels = channels;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (String owner : Owned.PREFIXES) {
            String path = owner + "/notification-channels/{id}/deliveries";
            routes.get(path, this::list);
            routes.post(path + "/{deliveryId}/resend", this::sendAgain);
        }
    }

    private void list(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        Channel channel = find(ctx, owned);
        var faults = new Faults();
        @Nullable String status = ctx.queryParam("status");
        if (status != null && !STATUSES.contains(status)) {
            faults.add("status", "is not known", "Use pending, delivered or failed.");
        }
        int limit = limit(ctx.queryParam("limit"), faults);
        faults.check();
        List<ObjectNode> found = log.page(owned.scope(), channel.id(), status, ctx.queryParam("cursor"), limit + 1);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var deliveries = answer.putArray("deliveries");
        found.stream().limit(limit).forEach(deliveries::add);
        answer.put(
                "nextCursor",
                found.size() > limit ? found.get(limit - 1).path("id").asText() : null);
        ctx.json(answer);
    }

    private void sendAgain(Context ctx) {
        Owned owned = Owned.by(ctx, authentication);
        Channel channel = find(ctx, owned);
        if (!channel.enabled()) {
            throw ProblemException.conflict("The channel is switched off: switch it on first");
        }
        String id = ctx.pathParam("deliveryId");
        if (!log.sendAgain(owned, channel.id(), id, clock.instant())) {
            throw ProblemException.notFound("There is no delivery '%s' on this channel".formatted(id));
        }
        ctx.status(202).json(JsonNodeFactory.instance.objectNode().put("id", id).put("status", "pending"));
    }

    private Channel find(Context ctx, Owned owned) {
        String id = ctx.pathParam("id");
        return channels.find(owned.scope(), owned.account(), id)
                .orElseThrow(
                        () -> ProblemException.notFound("There is no channel '%s' that you may see".formatted(id)));
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of deliveries", "Send 1 to %d.".formatted(LIMIT_MAX));
        return LIMIT_DEFAULT;
    }
}
