import { useQuery } from "@tanstack/react-query";
import { RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { browserZone, formatDate } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { Card, Failure } from "@/shared/ui/layout";
import { OnceShown } from "@/shared/ui/snippet";
import { toast } from "@/shared/ui/toast";
import { invitationsQuery, useCancelInvitation, useInvite, useResendInvitation, type Invitation } from "./api";

export const ROLES = ["admin", "editor", "viewer"] as const;

const ROLE_HELP: Record<(typeof ROLES)[number], string> = {
  admin: "Sees all spend, manages budgets, keys and members.",
  editor: "Sees their own spend, builds prompts and workflows.",
  viewer: "Sees their own spend.",
};

export function InviteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [isLeft, setIsLeft] = useState(false);
  const [role, setRole] = useState<(typeof ROLES)[number]>("viewer");
  const invite = useInvite(account.key);
  if (invite.data) {
    return (
      <Dialog
        open
        isOnce={invite.data.acceptLink !== undefined}
        onClose={onClose}
        title={`${email} is invited`}
        footer={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <InvitationLink invitation={invite.data} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={`Invite someone to ${account.name}`}
      description="Good for seven days, once, for whoever signs in with that address."
      submit="Invite"
      busy={invite.isPending}
      disabled={!isAddress(email)}
      error={invite.error}
      onClose={onClose}
      onSubmit={() => invite.mutate({ email: email.trim(), role })}
    >
      <TextField
        label="E-mail"
        type="email"
        required
        value={email}
        // Not while it is still being written.
        error={isLeft && email.trim() !== "" && !isAddress(email) ? "Not an e-mail address: it needs a name, an @ and a domain, such as mara@example.com." : undefined}
        onBlur={() => setIsLeft(true)}
        onChange={(event) => setEmail(event.target.value)}
      />
      <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as "viewer")} help={ROLE_HELP[role]}>
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}

/** As browsers have it, and the mail server has the last word. */
export function isAddress(email: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(email.trim());
}

function InvitationLink({ invitation }: { invitation: Invitation }) {
  return invitation.acceptLink ? (
    <div className="grid gap-2">
      <p className="text-soft">No mail goes out from here: hand this link over yourself.</p>
      <OnceShown text={invitation.acceptLink} testId="invitation-link" />
    </div>
  ) : (
    <p className="text-soft">A mail with the link is on its way to {invitation.email}.</p>
  );
}

/** Who was asked and has not answered yet. */
export function Invitations({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(invitationsQuery(account.key));
  const cancel = useCancelInvitation(account.key);
  const resend = useResendInvitation(account.key);
  const [again, setAgain] = useState<Invitation | null>(null);
  if (!error && (!data || data.length === 0)) {
    return null;
  }
  return (
    <Card flush title="Open invitations">
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <ul className="divide-y divide-line pb-1">
          {data?.map((invitation) => (
            <li key={invitation.id} data-testid="invitation" className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium" title={invitation.email}>{invitation.email}</p>
                <p className="text-xs text-soft">
                  {words(invitation.role)} · by {invitation.invitedByName} · until {formatDate(invitation.expiresAt, browserZone())}
                </p>
              </div>
              <IconButton
                label={`Send again to ${invitation.email}`}
                onClick={() => resend.mutate(invitation.id, { onSuccess: setAgain, onError: (failure) => toast(messageOf(failure), "critical") })}
              >
                <RotateCw aria-hidden />
              </IconButton>
              <IconButton
                label={`Take back the invitation of ${invitation.email}`}
                onClick={() =>
                  cancel.mutate(invitation.id, {
                    onSuccess: () => toast("The invitation is taken back."),
                    onError: (failure) => toast(messageOf(failure), "critical"),
                  })
                }
              >
                <Trash2 aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {again && (
        <Dialog open isOnce={again.acceptLink !== undefined} onClose={() => setAgain(null)} title="Sent again" description="The old link is worth nothing from now on.">
          <InvitationLink invitation={again} />
        </Dialog>
      )}
    </Card>
  );
}
