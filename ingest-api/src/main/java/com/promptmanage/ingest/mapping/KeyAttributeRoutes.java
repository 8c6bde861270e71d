package com.promptmanage.ingest.mapping;

import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/ingest/keys/{keyId}/attributes}: which attributes tell team, user and tags in what is sent with a key, and whether
 * metrics tell its usage.
 */
public final class KeyAttributeRoutes implements Routes {

    private static final int ENTRIES_MAX = 50;

    private static final String PATH = "/api/ingest/keys/{keyId}/attributes";

    private final Function<Context, Caller> callers;

    private final Function<Context, Actor> actors;

    private final KeyAttributes keys;

    /** @param metricsOnly null for no */
    record Form(@Nullable List<String> attributes, @Nullable Boolean metricsOnly) {}

    /** @param actors as the audit log says who calls */
    public KeyAttributeRoutes(Function<Context, Caller> callers, Function<Context, Actor> actors, KeyAttributes keys) {
        this.callers = callers;
        this.actors = actors;
        this.keys = keys;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::read);
        routes.put(PATH, this::write);
    }

    private void read(Context ctx) {
        Caller caller = callers.apply(ctx);
        String keyId = ctx.pathParam("keyId");
        allowed(caller, keyId);
        ctx.json(keys.entries(caller, keyId).orElseThrow(KeyAttributeRoutes::notFound));
    }

    private void write(Context ctx) {
        Caller caller = callers.apply(ctx);
        String keyId = ctx.pathParam("keyId");
        Account account = allowed(caller, keyId);
        Form form = RequestBody.json(ctx, Form.class);
        List<String> attributes = form.attributes();
        if (attributes == null
                || attributes.size() > ENTRIES_MAX
                || attributes.stream().anyMatch(Objects::isNull)) {
            throw ProblemException.invalid(
                    "attributes",
                    "is missing, too long, or has an entry that is null",
                    "Send a list of at most 50 entries.");
        }
        try {
            var unused = AttributeMapping.parse(attributes);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(
                    "attributes",
                    String.valueOf(e.getMessage()),
                    "Send entries such as \"team=app.squad\" and \"tag.project=app.project\".");
        }
        var wanted = new KeyAttributes.Entries(attributes, Boolean.TRUE.equals(form.metricsOnly()));
        keys.set(caller, actors.apply(ctx), account, keyId, wanted);
        ctx.json(wanted);
    }

    private Account allowed(Caller caller, String keyId) {
        Account account = keys.account(caller, keyId).orElseThrow(KeyAttributeRoutes::notFound);
        Permissions.require(caller, Action.MANAGE_KEYS, account);
        return account;
    }

    private static ProblemException notFound() {
        return ProblemException.notFound("There is no such key that you may see");
    }
}
