package com.promptmanage.query.notify;

import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.util.List;

/**
 * Whose channels or reports a request is about, after it was found that its caller may manage them.
 *
 * @param actor who is asking, as the audit log says it
 */
public record Owned(Account account, Scope scope, Actor actor) {

    /** Under which addresses they are: a team's, and the caller's own. */
    public static final List<String> PREFIXES = List.of("/api/teams/{teamId}", "/api/users/me");

    public static Owned by(Context ctx, Authentication authentication) {
        Caller caller = authentication.caller(ctx);
        Account account = ctx.pathParamMap().containsKey("teamId")
                ? team(ctx.pathParam("teamId"))
                : Account.user(caller.person()
                        .orElseThrow(() -> ProblemException.forbidden(
                                "This key belongs to a team: use the team's address, or a person's key")));
        Permissions.require(caller, Action.MANAGE_SETTINGS, account);
        return new Owned(account, caller.scope(account), authentication.actor(ctx));
    }

    /** A user's id, or a key's. */
    String by() {
        return actor.id();
    }

    private static Account team(String id) {
        if (!Account.isId(id)) {
            throw ProblemException.notFound("There is no such team that you may see");
        }
        return Account.team(id);
    }
}
