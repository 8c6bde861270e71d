package com.promptmanage.query.team;

import com.promptmanage.query.request.Paging;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.MailedToken;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Invitations as those who invite see them. What becomes of one when its link is opened is {@link InvitationAnswers}'. */
final class InvitationTable {

    /** What a team sends within {@link #SENT_WITHIN}, new or again. */
    static final int SENT_MAX = 20;

    /** What goes to one address, whichever teams send it: whoever makes many teams floods nobody by them. */
    static final int RECEIVED_MAX = 10;

    /** What one person, or key, sends for all teams. */
    static final int SENT_BY_ONE_MAX = 100;

    static final Duration SENT_WITHIN = Duration.ofDays(1);

    private final Database database;

    private final Tiers tiers;

    private final Ids ids;

    private final Clock clock;

    InvitationTable(Database database, Tiers tiers, Clock clock) {
        this.database = database;
        this.tiers = tiers;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /** @param token of its link: kept nowhere */
    record Sent(Invitation invitation, String teamName, String token) {

        @Override
        public String toString() {
            return "Sent[%s]".formatted(invitation.id());
        }
    }

    /** The newest first; {@code after} is the id of the last one before. */
    List<Invitation> list(Scope scope, Account team, @Nullable String status, Paging paging) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("SELECT " + Invitation.COLUMNS + """
                                 FROM team_invitations
                                WHERE team_id = :team AND (CAST(:after AS text) IS NULL OR id COLLATE "C" < :after)
                                  AND (CAST(:status AS text) IS NULL
                                       OR CASE WHEN status = 'pending' AND expires_at <= :now THEN 'expired'
                                               ELSE status END = :status)
                                ORDER BY id COLLATE "C" DESC LIMIT :limit
                                """)
                        .bind("team", team.id())
                        .bind("after", paging.after())
                        .bind("status", status)
                        .bind("now", clock.instant())
                        .bind("limit", paging.wanted())
                        .map((row, ctx) -> Invitation.read(row))
                        .list());
    }

    /**
     * @throws ProblemException 403 if every seat is taken or promised; 409 if the address belongs to a member or is invited
     *     already; 429 if the team, or the inviter, has sent as many as they may, or the address was sent as many
     */
    Sent invite(Caller caller, Account team, Actor actor, String email, Role role) {
        // The service's own work: what other teams have sent is nothing that a transaction for this one sees.
        return database.asSystem(handle -> {
            TeamTurn.take(handle, team, caller, Action.MANAGE_MEMBERS);
            TeamTurn.requireMayGive(caller, role);
            Instant now = clock.instant();
            closeExpired(handle, team, email, now);
            requireStranger(handle, team, email);
            requireSeat(handle, team, now);
            requireFewSent(handle, team, actor.id(), email, now);
            String token = MailedToken.make();
            Invitation made = handle.createQuery("""
                            INSERT INTO team_invitations (id, team_id, email, role, token_hash, invited_by, invited_by_name,
                                                          created_at, expires_at, sent_at)
                            VALUES (:id, :team, :email, :role, :hash, :by, :name, :now, :expires,
                                    ARRAY[CAST(:now AS timestamptz)])
                            RETURNING
                        """ + Invitation.COLUMNS)
                    .bind("id", ids.next("inv"))
                    .bind("team", team.id())
                    .bind("email", email)
                    .bind("role", role.code())
                    .bind("hash", MailedToken.hash(token))
                    .bind("by", actor.id())
                    .bind("name", actor.name())
                    .bind("now", now)
                    .bind("expires", now.plus(Invitation.LIFETIME))
                    .map((row, ctx) -> Invitation.read(row))
                    .one();
            AuditLog.append(
                    handle, actor, now, AuditEntry.added(team, "member_invited", "invitation", made.id(), made.told()));
            return new Sent(made, teamName(handle, team), token);
        });
    }

    /** With a new link and seven more days; the old link is worth nothing from now on. An expired one lives again. */
    Sent resend(Caller caller, Account team, Actor actor, String id) {
        return database.asSystem(handle -> {
            TeamTurn.take(handle, team, caller, Action.MANAGE_MEMBERS);
            Invitation before = pending(handle, team, id);
            TeamTurn.requireMayGive(caller, before.role());
            Instant now = clock.instant();
            if (!before.isOpenAt(now)) {
                requireStranger(handle, team, before.email(), id);
                requireSeat(handle, team, now);
            }
            requireFewSent(handle, team, before.invitedBy(), before.email(), now);
            String token = MailedToken.make();
            Invitation after = handle.createQuery("""
                            UPDATE team_invitations
                            SET token_hash = :hash, expires_at = :expires, sent_at = array_append(sent_at, CAST(:now AS timestamptz))
                            WHERE id = :id
                            RETURNING
                        """ + Invitation.COLUMNS)
                    .bind("id", id)
                    .bind("hash", MailedToken.hash(token))
                    .bind("expires", now.plus(Invitation.LIFETIME))
                    .bind("now", now)
                    .map((row, ctx) -> Invitation.read(row))
                    .one();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(team, "invitation_resent", "invitation", id, before.told(), after.told()));
            return new Sent(after, teamName(handle, team), token);
        });
    }

    /** The link is worth nothing from now on. */
    void cancel(Caller caller, Account team, Actor actor, String id) {
        database.useTransaction(caller.scope(team), handle -> {
            TeamTurn.take(handle, team, caller, Action.MANAGE_MEMBERS);
            Invitation before = pending(handle, team, id);
            Instant now = clock.instant();
            handle.createUpdate("""
                            UPDATE team_invitations SET status = 'cancelled', decided_at = :now, decided_by = :by
                            WHERE id = :id
                            """)
                    .bind("id", id)
                    .bind("now", now)
                    .bind("by", actor.id())
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.removed(team, "invitation_cancelled", "invitation", id, before.told()));
        });
    }

    /** Only one for an address can be pending; one that has run out makes way. */
    private static void closeExpired(Handle handle, Account team, String email, Instant now) {
        handle.createUpdate("""
                        UPDATE team_invitations SET status = 'expired'
                        WHERE team_id = :team AND email = :email AND status = 'pending' AND expires_at <= :now
                        """)
                .bind("team", team.id())
                .bind("email", email)
                .bind("now", now)
                .execute();
    }

    private static void requireStranger(Handle handle, Account team, String email) {
        requireStranger(handle, team, email, "");
    }

    private static void requireStranger(Handle handle, Account team, String email, String exceptId) {
        boolean isMember = handle.createQuery("""
                        SELECT 1 FROM team_members m JOIN users u ON u.id = m.user_id
                        WHERE m.team_id = :team AND u.email = :email
                        """)
                .bind("team", team.id())
                .bind("email", email)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (isMember) {
            throw ProblemException.conflict("%s is a member already".formatted(email));
        }
        boolean isInvited = handle.createQuery("""
                        SELECT 1 FROM team_invitations
                        WHERE team_id = :team AND email = :email AND status = 'pending' AND id <> :except
                        """)
                .bind("team", team.id())
                .bind("email", email)
                .bind("except", exceptId)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (isInvited) {
            throw ProblemException.conflict("%s is invited already: send that invitation again".formatted(email));
        }
    }

    private void requireSeat(Handle handle, Account team, Instant now) {
        long promised = handle.createQuery("""
                        SELECT (SELECT count(*) FROM team_members WHERE team_id = :team)
                             + (SELECT count(*) FROM team_invitations
                                WHERE team_id = :team AND status = 'pending' AND expires_at > :now)
                        """)
                .bind("team", team.id())
                .bind("now", now)
                .mapTo(Long.class)
                .one();
        AccountTier tier = tiers.of(handle, team);
        tier.requireRoom("seats", tier.features().seats(), promised);
    }

    private static void requireFewSent(Handle handle, Account team, String inviter, String email, Instant now) {
        requireFewer(
                sent(handle, "team_id", team.id(), now),
                SENT_MAX,
                "A team sends %d invitations within a day, and this one has".formatted(SENT_MAX),
                now);
        // Teams take turns by themselves; who sends by several at once does here.
        lock(handle, "inviter " + inviter);
        requireFewer(
                sent(handle, "invited_by", inviter, now),
                SENT_BY_ONE_MAX,
                "%d invitations were sent within a day by who invites, which is the most".formatted(SENT_BY_ONE_MAX),
                now);
        lock(handle, "invited " + email);
        requireFewer(
                sent(handle, "email", email, now),
                RECEIVED_MAX,
                "%d invitations were sent to this address within a day, which is the most".formatted(RECEIVED_MAX),
                now);
    }

    private static void lock(Handle handle, String what) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 53))", what);
    }

    /** When those of the last day were sent, the first of them first. */
    private static List<Instant> sent(Handle handle, String column, String value, Instant now) {
        return handle.createQuery("""
                        SELECT sent.at FROM team_invitations, unnest(sent_at) AS sent (at)
                        WHERE <column> = :value AND sent.at > :since ORDER BY sent.at
                        """)
                .define("column", column)
                .bind("value", value)
                .bind("since", now.minus(SENT_WITHIN))
                .mapTo(Instant.class)
                .list();
    }

    private static void requireFewer(List<Instant> sent, int max, String problem, Instant now) {
        if (sent.size() >= max) {
            Instant free = sent.get(sent.size() - max).plus(SENT_WITHIN);
            throw ProblemException.rateLimited(problem, Duration.between(now, free));
        }
    }

    private static Invitation pending(Handle handle, Account team, String id) {
        Optional<Invitation> found = handle.createQuery(
                        "SELECT " + Invitation.COLUMNS + " FROM team_invitations WHERE team_id = :team AND id = :id")
                .bind("team", team.id())
                .bind("id", id)
                .map((row, ctx) -> Invitation.read(row))
                .findOne();
        Invitation invitation =
                found.orElseThrow(() -> ProblemException.notFound("There is no such invitation of " + team));
        if (!invitation.status().equals(Invitation.PENDING)) {
            throw ProblemException.conflict("This invitation is %s: make a new one".formatted(invitation.status()));
        }
        return invitation;
    }

    static String teamName(Handle handle, Account team) {
        return handle.createQuery("SELECT name FROM teams WHERE id = :id")
                .bind("id", team.id())
                .mapTo(String.class)
                .one();
    }
}
