package com.promptmanage.query.team;

import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.Paging;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.access.Sessions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/teams}: make, see, change and delete teams. */
final class TeamRoutes implements Routes {

    static final String PATH = "/api/teams";

    static final String ONE = PATH + "/{id}";

    static final long BODY_BYTES_MAX = 64 << 10;

    private final Authentication authentication;

    private final Sessions sessions;

    private final TeamTable table;

    private final Tiers tiers;

    TeamRoutes(Authentication authentication, Sessions sessions, TeamTable table, Tiers tiers) {
        this.authentication = authentication;
        this.sessions = sessions;
        this.table = table;
        this.tiers = tiers;
    }

    /** @param role the caller's; null for a key that speaks for others */
    private record TeamAnswer(
            String id,
            String name,
            String slug,
            String description,
            String timezone,
            List<String> tags,
            List<String> trustedCostSources,
            String tier,
            Features features,
            long memberCount,
            @Nullable String role,
            Instant createdAt,
            Instant updatedAt) {}

    private record ListAnswer(
            List<TeamAnswer> teams, @Nullable String nextCursor) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::create);
        routes.get(ONE, this::get);
        routes.patch(ONE, this::change);
        routes.delete(ONE, this::delete);
    }

    /** For what only people do: a key is no member of anything. */
    static Caller.Person person(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> person;
            case Caller.Key key -> throw ProblemException.forbidden("Only people may do this: sign in.");
        };
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Paging paging = Paging.read(ctx, faults);
        faults.check();
        List<Account> seen = caller.accounts().stream()
                .filter(account -> account.isTeam() && Permissions.may(caller, Action.VIEW, account))
                .toList();
        var page = paging.page(table.list(seen, caller.scope(), paging), Team::id);
        ctx.json(new ListAnswer(
                page.elements().stream().map(team -> answer(caller, team)).toList(), page.nextCursor()));
    }

    private void create(Context ctx) {
        Caller.Person person = person(authentication.caller(ctx));
        var faults = new Faults();
        TeamForm form = TeamForm.read(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults), true, faults);
        Team team = table.create(person, authentication.actor(ctx), form);
        sessions.forget(person.userId());
        ctx.status(201).header("Location", PATH + "/" + team.id());
        ctx.json(answer(team, Role.OWNER.code()));
    }

    private void get(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.VIEW, team);
        ctx.json(answer(
                caller,
                table.find(caller.scope(team), team)
                        .orElseThrow(
                                () -> ProblemException.notFound("There is no %s that you may see".formatted(team)))));
    }

    private void change(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_SETTINGS, team);
        var faults = new Faults();
        TeamForm form = TeamForm.read(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults), false, faults);
        ctx.json(answer(caller, table.change(caller, team, authentication.actor(ctx), form)));
    }

    private void delete(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.DELETE_TEAM, team);
        table.delete(caller, team, authentication.actor(ctx)).forEach(sessions::forget);
        ctx.status(204);
    }

    private TeamAnswer answer(Caller caller, Team team) {
        return answer(
                team,
                switch (caller) {
                    case Caller.Person person -> {
                        Role role = person.roles().get(team.id());
                        yield role == null ? null : role.code();
                    }
                    case Caller.Key key -> null;
                });
    }

    private TeamAnswer answer(Team team, @Nullable String role) {
        return new TeamAnswer(
                team.id(),
                team.name(),
                team.slug(),
                team.description(),
                team.timezone(),
                team.tags(),
                team.trustedCostSources(),
                team.tier().code(),
                tiers.of(team.tier()).features(),
                team.members(),
                role,
                team.createdAt(),
                team.updatedAt());
    }
}
