package com.promptmanage.query.key;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.team.TeamTurn;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.ApiKeys.Listed;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/teams/{id}/api-keys}, and {@code /api/api-keys} for one's own account. A key may no more than who makes it:
 * not more in the team, and only what an operator makes works with other accounts.
 */
public final class KeyRoutes implements Routes {

    static final int KEYS_MAX = 100;

    private static final String OF_TEAM = "/api/teams/{id}/api-keys";

    private static final String OWN = "/api/api-keys";

    private static final long BODY_BYTES_MAX = 16 << 10;

    private final Database database;

    private final Authentication authentication;

    private final ApiKeys keys;

    private final Clock clock;

    public KeyRoutes(Database database, Access access, Clock clock) {
        this.database = database;
        this.authentication = access.authentication();
        this.keys = access.keys();
        this.clock = clock;
    }

    private record ListAnswer(
            List<Listed> apiKeys, @Nullable String nextCursor) {}

    /** @param key in clear, this once */
    private record CreatedAnswer(String key, @JsonUnwrapped Listed listed) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(OF_TEAM, ctx -> list(ctx, PathTeam::of));
        routes.post(OF_TEAM, ctx -> create(ctx, PathTeam::of));
        routes.delete(OF_TEAM + "/{keyId}", ctx -> revoke(ctx, PathTeam::of));
        routes.get(OWN, ctx -> list(ctx, this::own));
        routes.post(OWN, ctx -> create(ctx, this::own));
        routes.delete(OWN + "/{keyId}", ctx -> revoke(ctx, this::own));
    }

    private void list(Context ctx, Function<Context, Account> of) {
        Caller caller = authentication.caller(ctx);
        Account account = of.apply(ctx);
        Permissions.require(caller, Action.MANAGE_KEYS, account);
        List<Listed> listed = database.inTransaction(caller.scope(account), handle -> keys.list(handle, account));
        ctx.json(new ListAnswer(listed, null));
    }

    private void create(Context ctx, Function<Context, Account> of) {
        Caller caller = authentication.caller(ctx);
        Account account = of.apply(ctx);
        Permissions.require(caller, Action.MANAGE_KEYS, account);
        refuseKeys(caller);
        var faults = new Faults();
        KeyForm form = KeyForm.read(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults), clock.instant(), faults);
        if (form.maySpeakForOthers()) {
            Permissions.requireOperator(caller);
        }
        Actor actor = authentication.actor(ctx);
        CreatedAnswer created = database.inTransaction(caller.scope(account), handle -> {
            Role role = roleOfNew(takeTurn(handle, account, caller), account);
            requireRoom(handle, account);
            ApiKeys.Created made = keys.create(
                    handle,
                    new NewKey(
                            form.name(),
                            account,
                            form.scopes(),
                            form.maySpeakForOthers(),
                            role,
                            form.expiresAt(),
                            caller instanceof Caller.Person person ? Optional.of(person.userId()) : Optional.empty()));
            Listed listed = keys.list(handle, account).stream()
                    .filter(one -> one.id().equals(made.id()))
                    .findFirst()
                    .orElseThrow();
            AuditLog.append(
                    handle,
                    actor,
                    clock.instant(),
                    AuditEntry.added(account, "api_key_created", "api_key", made.id(), told(listed)));
            return new CreatedAnswer(made.secret(), listed);
        });
        ctx.status(201);
        ctx.json(created);
    }

    private void revoke(Context ctx, Function<Context, Account> of) {
        Caller caller = authentication.caller(ctx);
        Account account = of.apply(ctx);
        Permissions.require(caller, Action.MANAGE_KEYS, account);
        String id = ctx.pathParam("keyId");
        Actor actor = authentication.actor(ctx);
        boolean isRevoked = Account.isId(id)
                && database.inTransaction(caller.scope(account), handle -> {
                    Optional<Listed> revoked = keys.revoke(handle, account, id);
                    Instant now = clock.instant();
                    revoked.ifPresent(key -> AuditLog.append(
                            handle,
                            actor,
                            now,
                            AuditEntry.removed(account, "api_key_revoked", "api_key", id, told(key))));
                    return revoked.isPresent();
                });
        if (!isRevoked) {
            throw ProblemException.notFound("There is no such key of " + account);
        }
        keys.refresh();
        ctx.status(204);
    }

    /** One that makes others would outlive its own end. */
    private static void refuseKeys(Caller caller) {
        if (caller instanceof Caller.Key key && !Permissions.mayOperate(key)) {
            throw ProblemException.forbidden("A key makes no keys: sign in.");
        }
    }

    /**
     * Those who make keys of one account wait for each other, so that there is room for each; and whose role or team went a
     * moment ago makes no key that stays.
     *
     * @return the caller as of now
     */
    private static Caller takeTurn(Handle handle, Account account, Caller caller) {
        if (account.isTeam() && caller instanceof Caller.Person) {
            return TeamTurn.take(handle, account, caller, Action.MANAGE_KEYS);
        }
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 52))", account.value());
        return caller;
    }

    /** What a key that this caller makes may in its team. */
    private static Role roleOfNew(Caller caller, Account account) {
        return switch (caller) {
            case Caller.Person person ->
                account.isTeam() ? person.roles().getOrDefault(account.id(), Role.VIEWER) : Role.OWNER;
            case Caller.Key key -> key.role();
        };
    }

    private void requireRoom(Handle handle, Account account) {
        if (keys.list(handle, account).size() >= KEYS_MAX) {
            throw ProblemException.conflict(
                    "%s has %d keys, which is the most it may have: revoke one".formatted(account, KEYS_MAX));
        }
    }

    private static Map<String, Object> told(Listed key) {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", key.name());
        values.put("prefix", key.prefix());
        values.put("scopes", key.scopes());
        values.put("maySpeakForOthers", key.maySpeakForOthers());
        values.put("role", key.role());
        if (key.expiresAt() != null) {
            values.put("expiresAt", key.expiresAt());
        }
        return values;
    }

    private Account own(Context ctx) {
        return Asked.own(authentication.caller(ctx));
    }
}
