package com.promptmanage.query.price;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** {@code /api/token-tracking/price-overrides}: an account's own prices. */
public final class PriceOverrideRoutes implements Routes {

    private static final String PATH = "/api/token-tracking/price-overrides";

    private static final String ACCOUNT = "account";

    private static final String PRICES = "priceOverrides";

    private static final long BODY_BYTES_MAX = 256 << 10;

    private final Database database;

    private final Authentication authentication;

    private final Clock clock;

    public PriceOverrideRoutes(Database database, Authentication authentication, Clock clock) {
        this.database = database;
        this.authentication = authentication;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::get);
        routes.put(PATH, this::put);
    }

    private void get(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = account(ctx, caller);
        Permissions.require(caller, Action.VIEW, account);
        ctx.json(database.inTransaction(caller.scope(account), handle -> answer(handle, account)));
    }

    private void put(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = account(ctx, caller);
        Permissions.require(caller, Action.MANAGE_BUDGETS, account);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        // As it stands in the answer that someone has changed and sends back.
        fields.text(ACCOUNT)
                .filter(named -> !named.equals(account.value()))
                .ifPresent(named -> faults.add(
                        ACCOUNT,
                        "is not the account whose prices are replaced, %s".formatted(account),
                        "Name the account by the parameter teamId or userId."));
        ArrayNode prices = PriceForm.read(fields, faults);
        faults.check();
        Actor actor = authentication.actor(ctx);
        ctx.json(database.inTransaction(caller.scope(account), handle -> {
            lock(handle, account);
            ObjectNode before = answer(handle, account);
            replace(handle, account, prices);
            ObjectNode after = answer(handle, account);
            if (!after.equals(before)) {
                Instant now = clock.instant();
                AccountRecords.publish(handle, account, now);
                AuditLog.append(handle, actor, now, changed(account, before, after));
            }
            return after;
        }));
    }

    private static AuditEntry changed(Account account, ObjectNode before, ObjectNode after) {
        return new AuditEntry(
                account,
                "price_overrides_changed",
                "price_overrides",
                account.value(),
                Map.of(PRICES, before.path(PRICES)),
                Map.of(PRICES, after.path(PRICES)));
    }

    /** So that what the log says was before, was: of two changes at once, the later one waits. */
    private void lock(Handle handle, Account account) {
        handle.createUpdate("""
                        INSERT INTO price_overrides (account, updated_at) VALUES (:account, :now)
                        ON CONFLICT (account) DO UPDATE SET updated_at = excluded.updated_at
                        """)
                .bind("account", account.value())
                .bind("now", clock.instant())
                .execute();
    }

    private static void replace(Handle handle, Account account, ArrayNode prices) {
        handle.createUpdate("UPDATE price_overrides SET prices = CAST(:prices AS jsonb) WHERE account = :account")
                .bind("account", account.value())
                .bind("prices", prices.toString())
                .execute();
    }

    /** As the metering will read them. */
    private static ObjectNode answer(Handle handle, Account account) {
        AccountSettings settings = AccountRecords.read(handle, account);
        JsonNode told = EventJson.read(AccountSettingsCodec.write(settings, Instant.EPOCH, "answer"))
                .path("data");
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("account", account.value());
        json.set(PRICES, told.path(PRICES));
        return json;
    }

    private static Account account(Context ctx, Caller caller) {
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        faults.check();
        Asked about = asked.orElseThrow();
        if (about.member() != null) {
            throw ProblemException.invalid(
                    "userId", "names one member of a team", "Leave it out: prices are a whole account's.");
        }
        return about.account();
    }
}
