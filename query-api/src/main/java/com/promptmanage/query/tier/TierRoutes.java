package com.promptmanage.query.tier;

import com.promptmanage.query.request.Fields;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** {@code /api/accounts/{account}/tier}: for whoever runs the installation. */
public final class TierRoutes implements Routes {

    private static final String PATH = "/api/accounts/{account}/tier";

    private static final long BODY_BYTES_MAX = 4 << 10;

    private final Database database;

    private final Authentication authentication;

    private final Tiers tiers;

    private final Clock clock;

    public TierRoutes(Database database, Access access, Clock clock) {
        this.database = database;
        this.authentication = access.authentication();
        this.tiers = access.tiers();
        this.clock = clock;
    }

    private record TierAnswer(String account, String tier, Features features) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::get);
        routes.put(PATH, this::put);
    }

    private void get(Context ctx) {
        Permissions.requireOperator(authentication.caller(ctx));
        Account account = account(ctx);
        answer(ctx, account, database.asSystem(handle -> read(handle, account)));
    }

    private void put(Context ctx) {
        Permissions.requireOperator(authentication.caller(ctx));
        Account account = account(ctx);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        fields.refuseOthersThan(Set.of("tier"));
        String remedy = "Use one of %s.".formatted(Tier.codes());
        Optional<Tier> wanted = fields.parsed("tier", Tier::parse, remedy);
        fields.missing("tier", remedy);
        faults.check();
        Tier tier = wanted.orElseThrow();
        Actor actor = authentication.actor(ctx);
        database.useAsSystem(handle -> change(handle, account, tier, actor));
        tiers.forget(account);
        answer(ctx, account, tier);
    }

    private void change(Handle handle, Account account, Tier tier, Actor actor) {
        Tier before = read(handle, account);
        requireEverybodyStays(handle, account, tier);
        Instant now = clock.instant();
        handle.createUpdate(
                        account.isTeam()
                                ? "UPDATE teams SET tier = :tier, updated_at = :now WHERE id = :id"
                                : "UPDATE users SET tier = :tier, updated_at = :now WHERE id = :id")
                .bind("tier", tier.code())
                .bind("now", now)
                .bind("id", account.id())
                .execute();
        AuditLog.append(
                handle,
                actor,
                now,
                new AuditEntry(
                        account,
                        "tier_changed",
                        "account",
                        account.value(),
                        Map.of("tier", before.code()),
                        Map.of("tier", tier.code())));
    }

    /** Nobody is put out by a smaller tier: who is too many leaves first. */
    private void requireEverybodyStays(Handle handle, Account account, Tier tier) {
        Integer seats = tiers.of(tier).features().seats();
        if (account.isTeam() && seats != null) {
            long members = handle.createQuery("SELECT count(*) FROM team_members WHERE team_id = :id")
                    .bind("id", account.id())
                    .mapTo(Long.class)
                    .one();
            if (members > seats) {
                throw ProblemException.conflict(
                        "The team has %d members and the tier '%s' has %d seats: take some out first"
                                .formatted(members, tier.code(), seats));
            }
        }
    }

    private static Tier read(Handle handle, Account account) {
        return handle.createQuery(
                        account.isTeam()
                                ? "SELECT tier FROM teams WHERE id = :id AND deleted_at IS NULL FOR UPDATE"
                                : "SELECT tier FROM users WHERE id = :id FOR UPDATE")
                .bind("id", account.id())
                .mapTo(String.class)
                .findOne()
                .flatMap(Tier::parse)
                .orElseThrow(() -> ProblemException.notFound("There is no " + account));
    }

    private void answer(Context ctx, Account account, Tier tier) {
        ctx.json(new TierAnswer(account.value(), tier.code(), tiers.of(tier).features()));
    }

    private static Account account(Context ctx) {
        return Account.parse(ctx.pathParam("account"))
                .orElseThrow(() -> ProblemException.notFound("An account is team:<id> or user:<id>"));
    }
}
