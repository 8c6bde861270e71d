package com.promptmanage.query.team;

import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.Paging;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.query.team.MemberTable.Member;
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
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/teams/{id}/members}, and who owns the team. */
final class MemberRoutes implements Routes {

    static final String ROLE_REMEDY = "Use admin, editor or viewer.";

    private static final String PATH = TeamRoutes.ONE + "/members";

    private static final String ONE = PATH + "/{userId}";

    private final Authentication authentication;

    private final Sessions sessions;

    private final MemberTable table;

    MemberRoutes(Authentication authentication, Sessions sessions, MemberTable table) {
        this.authentication = authentication;
        this.sessions = sessions;
        this.table = table;
    }

    private record ListAnswer(
            List<Member> members, @Nullable String nextCursor) {}

    private record RoleAnswer(String userId, String role) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.patch(ONE, this::changeRole);
        routes.delete(ONE, this::remove);
        routes.post(TeamRoutes.ONE + "/transfer", this::transfer);
    }

    /** A role that may be given: owners are not made in this way. */
    static Optional<Role> givable(String code) {
        return Role.parse(code).filter(role -> role != Role.OWNER);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.VIEW, team);
        var faults = new Faults();
        Paging paging = Paging.read(ctx, faults);
        faults.check();
        var page = paging.page(table.list(caller.scope(team), team, paging), Member::userId);
        ctx.json(new ListAnswer(page.elements(), page.nextCursor()));
    }

    private void changeRole(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_MEMBERS, team);
        String userId = userId(ctx);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, TeamRoutes.BODY_BYTES_MAX), faults);
        fields.refuseOthersThan(Set.of("role"));
        Optional<Role> role = fields.parsed("role", MemberRoutes::givable, ROLE_REMEDY);
        fields.missing("role", ROLE_REMEDY);
        faults.check();
        Role given = table.changeRole(caller, team, authentication.actor(ctx), userId, role.orElseThrow());
        sessions.forget(userId);
        ctx.json(new RoleAnswer(userId, given.code()));
    }

    private void remove(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        String userId = userId(ctx);
        Permissions.require(caller, MemberTable.isSelf(caller, userId) ? Action.VIEW : Action.MANAGE_MEMBERS, team);
        table.remove(caller, team, authentication.actor(ctx), userId);
        sessions.forget(userId);
        ctx.status(204);
    }

    private void transfer(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.TRANSFER_OWNERSHIP, team);
        Caller.Person owner = TeamRoutes.person(caller);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, TeamRoutes.BODY_BYTES_MAX), faults);
        fields.refuseOthersThan(Set.of("userId"));
        Optional<String> to = fields.id("userId");
        fields.missing("userId", "Say which member is to own the team.");
        faults.check();
        table.transfer(owner, team, authentication.actor(ctx), to.orElseThrow());
        sessions.forget(owner.userId());
        sessions.forget(to.orElseThrow());
        ctx.status(204);
    }

    private static String userId(Context ctx) {
        String userId = ctx.pathParam("userId");
        if (!Account.isId(userId)) {
            throw ProblemException.notFound("There is no such member");
        }
        return userId;
    }
}
