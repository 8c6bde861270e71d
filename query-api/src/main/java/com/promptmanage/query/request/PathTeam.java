package com.promptmanage.query.request;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;

/** The team that an address names as {@code {id}}. */
public final class PathTeam {

    private PathTeam() {}

    /** @throws ProblemException 404 if it cannot be a team's id */
    public static Account of(Context ctx) {
        String id = ctx.pathParam("id");
        if (!Account.isId(id)) {
            throw ProblemException.notFound("There is no such team that you may see");
        }
        return Account.team(id);
    }
}
