package com.promptmanage.query.routing;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about. Read as ingest reads who pays for a call, so that usage is found where it went.
 *
 * @param member the member of a team whose part is meant; null for the whole account
 */
public record Asked(Account account, @Nullable String member) {

    /** From the parameters {@code teamId} and {@code userId}; neither is the caller's own account. */
    public static Optional<Asked> of(Caller caller, @Nullable String teamId, @Nullable String userId, Faults faults) {
        boolean isTeamFine = isId("teamId", teamId, faults);
        boolean isUserFine = isId("userId", userId, faults);
        if (!isTeamFine || !isUserFine) {
            return Optional.empty();
        }
        if (teamId != null) {
            return Optional.of(new Asked(Account.team(teamId), userId));
        }
        if (userId == null) {
            return Optional.of(new Asked(own(caller), null));
        }
        // As with usage that is sent: a user who is named alone, by a key that stands for its team, is the team's
        // member.
        return Optional.of(
                caller instanceof Caller.Key key && key.account().isTeam() && !key.maySpeakForOthers()
                        ? new Asked(key.account(), userId)
                        : new Asked(Account.user(userId), null));
    }

    /** A person's own; of a key, the account it is bound to. */
    public static Account own(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> key.account();
        };
    }

    private static boolean isId(String name, @Nullable String id, Faults faults) {
        if (id == null || Account.isId(id)) {
            return true;
        }
        faults.add(name, "is not an id", "Send 1 to 256 characters, none of them a control character.");
        return false;
    }
}
