package com.promptmanage.query.team;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.MailedToken;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What becomes of an invitation when its link is opened. The link's token is what lets a stranger to the team in, so these
 * transactions are the system's: nobody but who holds the token gets here, and nothing but that one invitation is touched.
 */
final class InvitationAnswers {

    private final Database database;

    private final Tiers tiers;

    private final Clock clock;

    InvitationAnswers(Database database, Tiers tiers, Clock clock) {
        this.database = database;
        this.tiers = tiers;
        this.clock = clock;
    }

    /** An invitation and the team it is to. */
    record Opened(Invitation invitation, String teamName) {}

    /** @throws ProblemException 404 if there is no such open invitation */
    Opened open(String token) {
        return database.asSystem(handle -> {
            Invitation invitation = find(handle, token).orElseThrow(InvitationAnswers::unknown);
            return new Opened(requireOpen(invitation), InvitationTable.teamName(handle, invitation.account()));
        });
    }

    /**
     * Makes the person a member, once: of several who try at the same time, one succeeds.
     *
     * @throws ProblemException 403 if the invitation is for another address, or every seat is taken; 404 if there is no such
     *     invitation; 409 if it was answered before, or has run out, or they are a member already
     */
    Opened accept(Caller.Person person, Actor actor, String token) {
        return database.asSystem(handle -> {
            Invitation invitation = take(handle, token, person);
            Account team = invitation.account();
            if (TeamTurn.roleOf(handle, team, person.userId()).isPresent()) {
                throw ProblemException.conflict("You are a member of this team already");
            }
            long members = handle.createQuery("SELECT count(*) FROM team_members WHERE team_id = :team")
                    .bind("team", team.id())
                    .mapTo(Long.class)
                    .one();
            AccountTier tier = tiers.of(handle, team);
            tier.requireRoom("seats", tier.features().seats(), members);
            Instant now = clock.instant();
            handle.createUpdate("""
                            INSERT INTO team_members (team_id, user_id, role, joined_at)
                            VALUES (:team, :user, :role, :now)
                            """)
                    .bind("team", team.id())
                    .bind("user", person.userId())
                    .bind("role", invitation.role().code())
                    .bind("now", now)
                    .execute();
            decide(handle, invitation, "accepted", person, now);
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.added(
                            team,
                            "member_added",
                            "member",
                            person.userId(),
                            Map.of(
                                    "role", invitation.role().code(),
                                    "invitation", invitation.id(),
                                    "invitedBy", invitation.invitedBy())));
            return new Opened(invitation, InvitationTable.teamName(handle, team));
        });
    }

    /** As {@link #accept}, but they stay outside. */
    void reject(Caller.Person person, Actor actor, String token) {
        database.useAsSystem(handle -> {
            Invitation invitation = take(handle, token, person);
            Instant now = clock.instant();
            decide(handle, invitation, "rejected", person, now);
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.removed(
                            invitation.account(),
                            "invitation_rejected",
                            "invitation",
                            invitation.id(),
                            invitation.told()));
        });
    }

    private Invitation take(Handle handle, String token, Caller.Person person) {
        Account team =
                find(handle, token).orElseThrow(InvitationAnswers::unknown).account();
        TeamTurn.take(handle, team);
        // Looked at again: while we waited for our turn it may have been answered.
        Invitation invitation = find(handle, token).orElseThrow(InvitationAnswers::unknown);
        requireOpen(invitation);
        if (!invitation.email().equals(person.email())) {
            throw ProblemException.forbidden("This invitation is for another address: sign in as whom it was sent to");
        }
        return invitation;
    }

    private Invitation requireOpen(Invitation invitation) {
        Instant now = clock.instant();
        if (!invitation.isOpenAt(now)) {
            throw ProblemException.conflict(
                    "This invitation is %s: ask who invited you for another".formatted(invitation.statusAt(now)));
        }
        return invitation;
    }

    private static void decide(Handle handle, Invitation invitation, String status, Caller.Person by, Instant now) {
        handle.createUpdate("""
                        UPDATE team_invitations SET status = :status, decided_at = :now, decided_by = :by
                        WHERE id = :id
                        """)
                .bind("id", invitation.id())
                .bind("status", status)
                .bind("now", now)
                .bind("by", by.userId())
                .execute();
    }

    private static Optional<Invitation> find(Handle handle, String token) {
        if (!MailedToken.isOne(token)) {
            return Optional.empty();
        }
        return handle.createQuery("SELECT " + Invitation.COLUMNS + " FROM team_invitations WHERE token_hash = :hash")
                .bind("hash", MailedToken.hash(token))
                .map((row, ctx) -> Invitation.read(row))
                .findOne();
    }

    private static ProblemException unknown() {
        return ProblemException.notFound("There is no such invitation, or its link was replaced by a newer one");
    }
}
