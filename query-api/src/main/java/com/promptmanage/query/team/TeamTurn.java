package com.promptmanage.query.team;

import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Changes of one team wait for each other, and are allowed by what is true when their turn has come. So two owners who leave
 * at once do not leave a team without one, and who lost a role a moment ago does not use it once more.
 */
public final class TeamTurn {

    private TeamTurn() {}

    /**
     * Waits for the team and holds it until the transaction ends.
     *
     * @return the caller with the role of now
     * @throws ProblemException as {@link Permissions#require}, by the caller's role of now; 404 if the team is gone
     */
    public static Caller take(Handle handle, Account team, Caller caller, Action action) {
        take(handle, team);
        Caller now = asOfNow(handle, team, caller);
        Permissions.require(now, action, team);
        return now;
    }

    /** As {@link #take(Handle, Account, Caller, Action)}, for what needs no role. */
    static void take(Handle handle, Account team) {
        boolean isThere = handle.createQuery("SELECT id FROM teams WHERE id = :id AND deleted_at IS NULL FOR UPDATE")
                .bind("id", team.id())
                .mapTo(String.class)
                .findOne()
                .isPresent();
        if (!isThere) {
            throw ProblemException.notFound("There is no %s that you may see".formatted(team));
        }
    }

    /**
     * Whether the caller may bring a role about in someone else. Admins make keys: so a key that made one would outlive its own end.
     *
     * @throws ProblemException 403 for a key, unless it is an operator's
     */
    static void requireMayGive(Caller caller, Role role) {
        if (caller instanceof Caller.Key key && role == Role.ADMIN && !Permissions.mayOperate(key)) {
            throw ProblemException.forbidden("A key makes no admins: sign in.");
        }
    }

    static Optional<Role> roleOf(Handle handle, Account team, String userId) {
        return handle.createQuery("SELECT role FROM team_members WHERE team_id = :team AND user_id = :user")
                .bind("team", team.id())
                .bind("user", userId)
                .mapTo(String.class)
                .findOne()
                .flatMap(Role::parse);
    }

    private static Caller asOfNow(Handle handle, Account team, Caller caller) {
        return switch (caller) {
            case Caller.Person person ->
                new Caller.Person(
                        person.userId(),
                        person.email(),
                        person.name(),
                        person.sessionId(),
                        roleOf(handle, team, person.userId())
                                .map(role -> Map.of(team.id(), role))
                                .orElse(Map.of()),
                        person.operator());
            case Caller.Key key -> key;
        };
    }
}
