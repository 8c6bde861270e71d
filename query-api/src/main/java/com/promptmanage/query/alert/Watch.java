package com.promptmanage.query.alert;

import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whose alerts a request is about, after it was found that its caller may see them.
 *
 * @param member the member of a team whose own alerts are meant; null for all of the accounts
 * @param scope for transactions
 */
record Watch(Set<Account> accounts, @Nullable String member, Scope scope) {

    /**
     * From the parameters {@code teamId} and {@code userId}; with neither, every account of the caller whose usage they may
     * see.
     *
     * @throws ProblemException if there is none, or the parameters are not valid
     */
    static Watch of(Context ctx, Caller caller) {
        @Nullable String teamId = ctx.queryParam("teamId");
        @Nullable String userId = ctx.queryParam("userId");
        if (teamId == null && userId == null) {
            return ofAll(caller);
        }
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, teamId, userId, faults);
        faults.check();
        Asked about = asked.orElseThrow();
        if (about.member() == null) {
            Permissions.requireQuery(caller, about.account());
        } else {
            Permissions.requireQuery(caller, about.account(), about.member());
        }
        return new Watch(Set.of(about.account()), about.member(), caller.scope(about.account()));
    }

    boolean includes(AlertRecord alert) {
        return accounts.contains(alert.account())
                && (member == null
                        || (Dimension.MEMBER.value().equals(alert.optional("dimension"))
                                && member.equals(alert.optional("value"))));
    }

    private static Watch ofAll(Caller caller) {
        Set<Account> accounts = caller.accounts().stream()
                .filter(account -> Permissions.mayQuery(caller, account))
                .collect(Collectors.toUnmodifiableSet());
        if (accounts.isEmpty()) {
            throw ProblemException.forbidden("The scopes of your key do not allow to see alerts: use one with 'query'");
        }
        return new Watch(accounts, null, caller.scope());
    }
}
