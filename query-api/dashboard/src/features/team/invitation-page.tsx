import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { MailOpen } from "lucide-react";
import { messageOf, ProblemError } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { browserZone, formatDateTime } from "@/shared/format/time";
import { sessionQuery } from "@/shared/session/session";
import { waysInQuery } from "@/shared/session/ways-in";
import { Button, buttonClass } from "@/shared/ui/button";
import { Card, Empty, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { invitationQuery, useAnswerInvitation } from "./api";

const route = getRouteApi("/invite/$token");

export function InvitationPage() {
  usePageTitle("Invitation");
  const { token } = route.useParams();
  const navigate = useNavigate();
  const invitation = useQuery(invitationQuery(token));
  const session = useQuery({ ...sessionQuery, retry: false });
  const { data: waysIn } = useQuery({ ...waysInQuery, enabled: !session.isPending });
  const reply = useAnswerInvitation(token);
  return (
    <main className="mx-auto max-w-lg px-4 py-16">
      <Card>
        {isClosed(invitation.error) ? (
          <Empty
            isPage
            icon={MailOpen}
            title="This invitation is not open"
            action={
              session.data ? (
                <Link to="/dashboard/usage" className={buttonClass()}>
                  To the dashboard
                </Link>
              ) : (
                <Link to="/sign-in" className={buttonClass()}>
                  Sign in
                </Link>
              )
            }
          >
            {sentence(messageOf(invitation.error))}
            {/* Of one that was open the server says so itself. */}
            {!isAnswered(invitation.error) && " Ask whoever invited you for another."}
          </Empty>
        ) : !invitation.data ? (
          invitation.error ? (
            <Failure isPage error={invitation.error} retry={() => void invitation.refetch()} />
          ) : (
            <Skeleton className="h-48" />
          )
        ) : (
          <div className="grid gap-4">
            <div className="min-w-0 wrap-anywhere">
              <h1 className="text-xl font-semibold">Join {invitation.data.teamName}</h1>
              <p className="mt-1 text-soft">
                {invitation.data.invitedByName} invites {invitation.data.email} as {words(invitation.data.role).toLowerCase()}. Open until{" "}
                {formatDateTime(invitation.data.expiresAt, browserZone())}.
              </p>
            </div>
            {reply.error && <Note tone="critical">{messageOf(reply.error)}</Note>}
            {session.isPending ? (
              <Skeleton className="h-9" />
            ) : session.data && !isSame(session.data.email, invitation.data.email) ? (
              <>
                <Note tone="warning">You are signed in as {session.data.email}: only whom it was sent to can join or decline.</Note>
                <ToBeThem token={token} email={invitation.data.email} maySignUp={waysIn?.signUp === true} asThem />
              </>
            ) : session.data ? (
              <div className="flex flex-wrap gap-2">
                <Button
                  kind="primary"
                  busy={reply.isPending && reply.variables === true}
                  disabled={reply.isPending && reply.variables === false}
                  onClick={() =>
                    reply.mutate(true, {
                      onSuccess: (joined) => void navigate({ to: "/dashboard/usage", search: joined ? { team: joined.teamId } : {} }),
                    })
                  }
                >
                  Join as {session.data.email}
                </Button>
                <Button
                  busy={reply.isPending && reply.variables === false}
                  disabled={reply.isPending && reply.variables === true}
                  onClick={() => reply.mutate(false, { onSuccess: () => void navigate({ to: "/dashboard/usage" }) })}
                >
                  Decline
                </Button>
              </div>
            ) : (
              <ToBeThem token={token} email={invitation.data.email} maySignUp={waysIn?.signUp === true} />
            )}
          </div>
        )}
      </Card>
    </main>
  );
}

/** @param asThem whether someone else is signed in */
function ToBeThem({ token, email, maySignUp, asThem = false }: { token: string; email: string; maySignUp: boolean; asThem?: boolean }) {
  const search = { then: `/invite/${token}`, email };
  return (
    <div className="flex flex-wrap gap-2 wrap-anywhere">
      <Link to="/sign-in" search={search} className={buttonClass("primary")}>
        {asThem ? `Sign in as ${email}` : "Sign in to join"}
      </Link>
      {maySignUp && (
        <Link to="/sign-up" search={search} className={buttonClass()}>
          New here: make an account
        </Link>
      )}
    </div>
  );
}

function isSame(email: string, other: string): boolean {
  return email.toLowerCase() === other.toLowerCase();
}

function isAnswered(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 409;
}

/** Of an invitation, and not of the way to it: whether it can be asked for again in vain only. */
function isClosed(error: unknown): boolean {
  return error instanceof ProblemError && [400, 404, 409].includes(error.status);
}

/** With its full stop: another follows. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
