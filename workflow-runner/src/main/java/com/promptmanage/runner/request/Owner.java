package com.promptmanage.runner.request;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose things a request is about. */
public final class Owner {

    private Owner() {}

    /** By the parameter {@code teamId}; without it, the caller's own. */
    public static Account of(Context ctx, Caller caller) {
        return of(Optional.ofNullable(ctx.queryParam("teamId")), caller);
    }

    /**
     * @param teamId empty for the caller's own account
     * @throws ProblemException 400 if it is no id
     */
    public static Account of(Optional<String> teamId, Caller caller) {
        if (teamId.isEmpty()) {
            return switch (caller) {
                case Caller.Person person -> Account.user(person.userId());
                case Caller.Key key -> key.account();
            };
        }
        if (!Account.isId(teamId.get())) {
            throw ProblemException.invalid(
                    "teamId", "is not an id", "Send 1 to 256 characters, none of them a control character.");
        }
        return Account.team(teamId.get());
    }

    /** In which a thing is looked for that is asked for by its id alone. What may be done with it is still to be asked. */
    public static Scope scope(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> person.scope();
            case Caller.Key key -> key.maySpeakForOthers() ? Scope.EVERYONE : key.scope();
        };
    }

    /** The person who calls; null for an application. */
    public static @Nullable String person(Caller caller) {
        return caller.person().orElse(null);
    }
}
