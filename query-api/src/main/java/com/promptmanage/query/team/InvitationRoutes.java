package com.promptmanage.query.team;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.Paging;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.EmailAddress;
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
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/teams/{id}/invitations}, and {@code /api/invitations/{token}} for who got one. */
final class InvitationRoutes implements Routes {

    private static final String PATH = TeamRoutes.ONE + "/invitations";

    private static final String ONE = PATH + "/{invitationId}";

    private static final String OPENED = "/api/invitations/{token}";

    private static final Set<String> STATUSES = Set.of("pending", "accepted", "rejected", "cancelled", "expired");

    private final Authentication authentication;

    private final Sessions sessions;

    private final InvitationTable table;

    private final InvitationAnswers answers;

    private final InvitationSender sender;

    private final Clock clock;

    InvitationRoutes(
            Authentication authentication,
            Sessions sessions,
            InvitationTable table,
            InvitationAnswers answers,
            InvitationSender sender,
            Clock clock) {
        this.authentication = authentication;
        this.sessions = sessions;
        this.table = table;
        this.answers = answers;
        this.sender = sender;
        this.clock = clock;
    }

    /**
     * @param emailSent whether a mail is on its way; null where that is not asked
     * @param acceptLink for whoever invites to hand over; null if a mail carries it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record InvitationAnswer(
            String id,
            String email,
            String role,
            String status,
            String invitedBy,
            String invitedByName,
            Instant createdAt,
            Instant expiresAt,
            Instant sentAt,
            @Nullable Boolean emailSent,
            @Nullable String acceptLink) {}

    private record ListAnswer(
            List<InvitationAnswer> invitations, @Nullable String nextCursor) {}

    private record OpenedAnswer(String teamName, String email, String role, String invitedByName, Instant expiresAt) {}

    private record AcceptedAnswer(String teamId, String teamName, String role) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::invite);
        routes.post(ONE + "/resend", this::resend);
        routes.delete(ONE, this::cancel);
        routes.get(OPENED, this::open);
        routes.post(OPENED + "/accept", this::accept);
        routes.post(OPENED + "/reject", this::reject);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_MEMBERS, team);
        var faults = new Faults();
        Paging paging = Paging.read(ctx, faults);
        @Nullable String status = ctx.queryParam("status");
        if (status != null && !STATUSES.contains(status)) {
            faults.add("status", "is not known", "Use pending, accepted, rejected, cancelled or expired.");
        }
        faults.check();
        var page = paging.page(table.list(caller.scope(team), team, status, paging), Invitation::id);
        ctx.json(new ListAnswer(
                page.elements().stream().map(one -> answer(one, null, null)).toList(), page.nextCursor()));
    }

    private void invite(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_MEMBERS, team);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, TeamRoutes.BODY_BYTES_MAX), faults);
        fields.refuseOthersThan(Set.of("email", "role"));
        Optional<String> email =
                fields.parsed("email", EmailAddress::parse, "Send an e-mail address such as ann@example.com.");
        fields.missing("email", "Say who is invited.");
        Role role = fields.parsed("role", MemberRoutes::givable, MemberRoutes.ROLE_REMEDY)
                .orElse(Role.VIEWER);
        faults.check();
        answer(ctx.status(201), table.invite(caller, team, authentication.actor(ctx), email.orElseThrow(), role));
    }

    private void resend(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_MEMBERS, team);
        RequestBody.ignore(ctx);
        answer(ctx, table.resend(caller, team, authentication.actor(ctx), invitationId(ctx)));
    }

    private void cancel(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.require(caller, Action.MANAGE_MEMBERS, team);
        table.cancel(caller, team, authentication.actor(ctx), invitationId(ctx));
        ctx.status(204);
    }

    /** Without signing in: who follows a link learns where it leads, and as whom to sign in. */
    private void open(Context ctx) {
        var opened = answers.open(ctx.pathParam("token"));
        Invitation invitation = opened.invitation();
        ctx.json(new OpenedAnswer(
                opened.teamName(),
                invitation.email(),
                invitation.role().code(),
                invitation.invitedByName(),
                invitation.expiresAt()));
    }

    private void accept(Context ctx) {
        Caller.Person person = TeamRoutes.person(authentication.caller(ctx));
        RequestBody.ignore(ctx);
        var accepted = answers.accept(person, authentication.actor(ctx), ctx.pathParam("token"));
        sessions.forget(person.userId());
        Invitation invitation = accepted.invitation();
        ctx.json(new AcceptedAnswer(
                invitation.teamId(), accepted.teamName(), invitation.role().code()));
    }

    private void reject(Context ctx) {
        Caller.Person person = TeamRoutes.person(authentication.caller(ctx));
        RequestBody.ignore(ctx);
        answers.reject(person, authentication.actor(ctx), ctx.pathParam("token"));
        ctx.status(204);
    }

    private void answer(Context ctx, InvitationTable.Sent sent) {
        InvitationSender.Outcome outcome = sender.send(sent, ctx);
        ctx.json(answer(sent.invitation(), outcome.emailSent(), outcome.acceptLink()));
    }

    private InvitationAnswer answer(Invitation invitation, @Nullable Boolean emailSent, @Nullable String acceptLink) {
        return new InvitationAnswer(
                invitation.id(),
                invitation.email(),
                invitation.role().code(),
                invitation.statusAt(clock.instant()),
                invitation.invitedBy(),
                invitation.invitedByName(),
                invitation.createdAt(),
                invitation.expiresAt(),
                invitation.sentAt(),
                emailSent,
                acceptLink);
    }

    private static String invitationId(Context ctx) {
        String id = ctx.pathParam("invitationId");
        if (!Account.isId(id)) {
            throw ProblemException.notFound("There is no such invitation");
        }
        return id;
    }
}
