package com.promptmanage.query.team;

import com.promptmanage.query.request.Paging;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Who is in a team, and as what. A team always has an owner; who owns it hands it over before they leave. */
final class MemberTable {

    private final Database database;

    private final ApiKeys keys;

    private final Clock clock;

    MemberTable(Database database, ApiKeys keys, Clock clock) {
        this.database = database;
        this.keys = keys;
        this.clock = clock;
    }

    record Member(String userId, String name, String email, String role, Instant joinedAt) {}

    /** In the order of their ids. */
    List<Member> list(Scope scope, Account team, Paging paging) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                                SELECT u.id, u.name, u.email, m.role, m.joined_at
                                FROM team_members m JOIN users u ON u.id = m.user_id
                                WHERE m.team_id = :team AND u.id COLLATE "C" > coalesce(:after, '')
                                ORDER BY u.id COLLATE "C" LIMIT :limit
                                """)
                        .bind("team", team.id())
                        .bind("after", paging.after())
                        .bind("limit", paging.wanted())
                        .map((row, ctx) -> new Member(
                                row.getString("id"),
                                row.getString("name"),
                                row.getString("email"),
                                row.getString("role"),
                                row.getTimestamp("joined_at").toInstant()))
                        .list());
    }

    /**
     * The keys that they made for the team may no more than they from now on.
     *
     * @throws ProblemException 409 for an owner: that role is handed over, not given and taken
     */
    Role changeRole(Caller caller, Account team, Actor actor, String userId, Role role) {
        database.useTransaction(caller.scope(team), handle -> {
            TeamTurn.take(handle, team, caller, Action.MANAGE_MEMBERS);
            TeamTurn.requireMayGive(caller, role);
            Role before = roleOf(handle, team, userId);
            requireNoOwner(before);
            if (before != role) {
                Instant now = clock.instant();
                set(handle, team, userId, role);
                AuditLog.append(handle, actor, now, changed(team, userId, before, role));
            }
        });
        keys.refresh();
        return role;
    }

    /**
     * Takes someone out of the team, and with them the keys that they made for it: whoever was shown out must not come back
     * with one. Everyone may take out themselves; an owner only if there is another.
     *
     * @throws ProblemException 409 for an owner
     */
    void remove(Caller caller, Account team, Actor actor, String userId) {
        boolean leaves = isSelf(caller, userId);
        database.useTransaction(caller.scope(team), handle -> {
            TeamTurn.take(handle, team, caller, leaves ? Action.VIEW : Action.MANAGE_MEMBERS);
            Role before = roleOf(handle, team, userId);
            if (leaves && before == Role.OWNER) {
                requireAnotherOwner(handle, team);
            } else {
                requireNoOwner(before);
            }
            // Afterwards the team sees this person no more; what they have spent stays, and whose it was is to be told.
            String name = handle.createQuery("SELECT name FROM users WHERE id = :user")
                    .bind("user", userId)
                    .mapTo(String.class)
                    .one();
            handle.createUpdate("DELETE FROM team_members WHERE team_id = :team AND user_id = :user")
                    .bind("team", team.id())
                    .bind("user", userId)
                    .execute();
            Instant now = clock.instant();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.removed(
                            team,
                            leaves ? "member_left" : "member_removed",
                            "member",
                            userId,
                            Map.of("role", before.code(), "name", name)));
            keys.revokeMadeBy(handle, team, userId)
                    .forEach(key -> AuditLog.append(handle, actor, now, revoked(team, userId, key)));
        });
        keys.refresh();
    }

    /** Makes a member the owner, and the owner an admin. */
    void transfer(Caller.Person owner, Account team, Actor actor, String toUserId) {
        database.useTransaction(owner.scope(team), handle -> {
            TeamTurn.take(handle, team, owner, Action.TRANSFER_OWNERSHIP);
            Role before = roleOf(handle, team, toUserId);
            requireNoOwner(before);
            Instant now = clock.instant();
            set(handle, team, toUserId, Role.OWNER);
            set(handle, team, owner.userId(), Role.ADMIN);
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            team,
                            "ownership_transferred",
                            "team",
                            team.id(),
                            Map.of("owner", owner.userId(), "newOwnerRole", before.code()),
                            Map.of("owner", toUserId, "oldOwnerRole", Role.ADMIN.code())));
        });
        keys.refresh();
    }

    static boolean isSelf(Caller caller, String userId) {
        return caller instanceof Caller.Person person && person.userId().equals(userId);
    }

    private static AuditEntry revoked(Account team, String userId, ApiKeys.Listed key) {
        return AuditEntry.removed(
                team,
                "api_key_revoked",
                "api_key",
                key.id(),
                Map.of("name", key.name(), "prefix", key.prefix(), "madeBy", userId));
    }

    private static AuditEntry changed(Account team, String userId, Role before, Role after) {
        return new AuditEntry(
                team,
                "member_role_changed",
                "member",
                userId,
                Map.of("role", before.code()),
                Map.of("role", after.code()));
    }

    private static Role roleOf(Handle handle, Account team, String userId) {
        return TeamTurn.roleOf(handle, team, userId)
                .orElseThrow(() -> ProblemException.notFound("There is no such member of " + team));
    }

    private void set(Handle handle, Account team, String userId, Role role) {
        handle.createUpdate("UPDATE team_members SET role = :role WHERE team_id = :team AND user_id = :user")
                .bind("role", role.code())
                .bind("team", team.id())
                .bind("user", userId)
                .execute();
        keys.limitMadeBy(handle, team, userId, role);
    }

    private static void requireNoOwner(Role role) {
        if (role == Role.OWNER) {
            throw ProblemException.conflict(
                    "This member owns the team: the owner hands it over first (POST …/transfer), or deletes it");
        }
    }

    private static void requireAnotherOwner(Handle handle, Account team) {
        long owners = handle.createQuery("SELECT count(*) FROM team_members WHERE team_id = :team AND role = :role")
                .bind("team", team.id())
                .bind("role", Role.OWNER.code())
                .mapTo(Long.class)
                .one();
        if (owners < 2) {
            throw ProblemException.conflict(
                    "You are the team's only owner: hand it over first (POST …/transfer), or delete it");
        }
    }
}
