import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link2, Plus, RotateCw, ScrollText, Trash2, UserPlus, Users } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { browserZone, formatAgo, formatDate, formatDateTime, isZone, zones } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField, TextField } from "@/shared/ui/field";
import { Badge, Card, Empty, Failure, Note, Page, Skeleton } from "@/shared/ui/layout";
import { useNow } from "@/shared/ui/now";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import {
  auditQuery,
  invitationsQuery,
  membersQuery,
  teamQuery,
  useCancelInvitation,
  useChangeRole,
  useChangeTeam,
  useCreateTeam,
  useInvite,
  useRemoveMember,
  useResendInvitation,
  type Invitation,
  type Member,
  type Team,
} from "./api";

const ROLES = ["admin", "editor", "viewer"] as const;

const ROLE_HELP: Record<(typeof ROLES)[number], string> = {
  admin: "Sees all spend, manages budgets, keys and members.",
  editor: "Sees their own spend, builds prompts and workflows.",
  viewer: "Sees their own spend.",
};

export function TeamSettingsPage() {
  usePageTitle("Team settings");
  const account = useAccount();
  const [making, setMaking] = useState(false);
  const makeButton = (
    <Button onClick={() => setMaking(true)}>
      <Plus aria-hidden className="size-4" /> New team
    </Button>
  );
  return (
    <Page title="Team" description={account.isTeam ? `Who is in ${account.name}, and how it counts.` : undefined} actions={makeButton}>
      {account.isTeam ? (
        <TeamSettings key={account.key} account={account} />
      ) : (
        <Card>
          <Empty icon={Users} title="This is your personal account" action={makeButton}>
            Make a team to share spend, budgets and workflows, or switch to one above.
          </Empty>
        </Card>
      )}
      {making && <NewTeamDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function TeamSettings({ account }: { account: Account }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Members account={account} />
        {account.mayManage && <Invitations account={account} />}
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <General account={account} />
        {account.mayManage && <AuditLog account={account} />}
      </div>
    </div>
  );
}

function General({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(teamQuery(account.key));
  return (
    <Card title="General">
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Skeleton className="h-48" />
      ) : (
        <GeneralForm key={data.updatedAt} team={data} mayManage={account.mayManage} />
      )}
    </Card>
  );
}

function GeneralForm({ team, mayManage }: { team: Team; mayManage: boolean }) {
  const list = useId();
  const names = useMemo(() => zones(), []);
  const [name, setName] = useState(team.name);
  const [timezone, setTimezone] = useState(team.timezone);
  const [tags, setTags] = useState(team.tags.join(", "));
  const change = useChangeTeam(team.id);
  const chosen = tags
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  const isDirty = name !== team.name || timezone !== team.timezone || chosen.join() !== team.tags.join();
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ name: name.trim(), timezone, tags: chosen }, { onSuccess: () => toast("The team is saved.") });
      }}
    >
      <TextField label="Name" minLength={3} maxLength={100} required disabled={!mayManage} value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label="Time zone"
        list={list}
        disabled={!mayManage}
        value={timezone}
        onChange={(event) => setTimezone(event.target.value)}
        help="In which the team's days and months begin."
        error={isZone(timezone) ? undefined : "Not a time zone"}
      />
      <datalist id={list}>
        {names.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <TextField
        label="Tags"
        disabled={!mayManage}
        value={tags}
        placeholder="env, project"
        onChange={(event) => setTags(event.target.value)}
        help="Up to eight, with commas between: spend is seen by these."
        error={chosen.length > 8 ? "At most eight" : undefined}
      />
      {change.error && <Note tone="critical">{messageOf(change.error)}</Note>}
      {mayManage && (
        <div className="flex justify-end">
          <Button kind="primary" type="submit" busy={change.isPending} disabled={!isDirty || !isZone(timezone) || chosen.length > 8}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function Members({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(membersQuery(account.key));
  const [inviting, setInviting] = useState(false);
  const [removed, setRemoved] = useState<Member | null>(null);
  const changeRole = useChangeRole(account.key);
  return (
    <Card
      flush
      title="Members"
      actions={
        account.mayManage && (
          <Button size="s" kind="primary" onClick={() => setInviting(true)}>
            <UserPlus aria-hidden className="size-4" /> Invite
          </Button>
        )
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="grid gap-2 px-5 pb-5">
          <Skeleton className="h-9" />
          <Skeleton className="h-9" />
          <Skeleton className="h-9" />
        </div>
      ) : (
        <ScrollX label="Members">
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="max-md:hidden">Joined</Th>
                <Th>Role</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {data.map((member) => {
                const mayChange = account.mayManage && member.role !== "owner";
                return (
                  <tr key={member.userId} data-testid="member">
                    <Td className="max-w-48">
                      <p className="truncate font-medium">
                        {member.name}
                        {member.userId === account.userId && <span className="text-soft"> (you)</span>}
                      </p>
                      <p className="truncate text-xs text-soft">{member.email}</p>
                    </Td>
                    <Td className="max-md:hidden">{formatDate(member.joinedAt, account.zone)}</Td>
                    <Td>
                      {mayChange ? (
                        <SelectField
                          label={`Role of ${member.name}`}
                          hideLabel
                          className="w-28"
                          value={member.role}
                          onChange={(event) =>
                            changeRole.mutate(
                              { userId: member.userId, role: event.target.value as "viewer" },
                              {
                                onSuccess: () => toast(`${member.name} is now ${event.target.value}.`),
                                onError: (failure) => toast(messageOf(failure), "critical"),
                              },
                            )
                          }
                        >
                          {ROLES.map((role) => (
                            <option key={role} value={role}>
                              {words(role)}
                            </option>
                          ))}
                        </SelectField>
                      ) : (
                        <Badge tone={member.role === "owner" ? "accent" : "neutral"}>{words(member.role)}</Badge>
                      )}
                    </Td>
                    <Td right>
                      {(mayChange || (member.userId === account.userId && member.role !== "owner")) && (
                        <IconButton
                          label={member.userId === account.userId ? "Leave the team" : `Take ${member.name} out`}
                          onClick={() => setRemoved(member)}
                        >
                          <Trash2 aria-hidden />
                        </IconButton>
                      )}
                    </Td>
                  </tr>
                );
              })}
            </tbody>
          </Table>
        </ScrollX>
      )}
      {inviting && <InviteDialog account={account} onClose={() => setInviting(false)} />}
      {removed && <RemoveDialog account={account} member={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}

function InviteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("viewer");
  const invite = useInvite(account.key);
  if (invite.data) {
    return (
      <Dialog
        open
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
    <Dialog
      open
      onClose={onClose}
      title={`Invite someone to ${account.name}`}
      description="Good for seven days, once, for whoever signs in with that address."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="invite" busy={invite.isPending} disabled={!email.includes("@")}>
            Invite
          </Button>
        </>
      }
    >
      <form
        id="invite"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate({ email: email.trim(), role });
        }}
      >
        <TextField label="E-mail" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as "viewer")} help={ROLE_HELP[role]}>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </SelectField>
        {invite.error && <Note tone="critical">{messageOf(invite.error)}</Note>}
      </form>
    </Dialog>
  );
}

function InvitationLink({ invitation }: { invitation: Invitation }) {
  return invitation.acceptLink ? (
    <div className="grid gap-2">
      <p className="text-soft">No mail goes out from here: hand this link over yourself.</p>
      <div className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-page p-3">
        <code data-testid="invitation-link" className="min-w-0 flex-1 font-mono text-xs break-all">
          {invitation.acceptLink}
        </code>
        <CopyButton text={invitation.acceptLink} />
      </div>
    </div>
  ) : (
    <p className="text-soft">A mail with the link is on its way to {invitation.email}.</p>
  );
}

function RemoveDialog({ account, member, onClose }: { account: Account; member: Member; onClose: () => void }) {
  const remove = useRemoveMember(account.key);
  const isSelf = member.userId === account.userId;
  return (
    <Dialog
      open
      onClose={onClose}
      title={isSelf ? `Leave ${account.name}?` : `Take ${member.name} out of ${account.name}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(member.userId, {
                onSuccess: () => {
                  toast(isSelf ? `You have left ${account.name}.` : `${member.name} is out.`);
                  onClose();
                },
              })
            }
          >
            {isSelf ? "Leave" : "Take out"}
          </Button>
        </>
      }
    >
      <p className="text-soft">What they have spent stays on record. They can be invited again.</p>
      {remove.error && <Note tone="critical">{messageOf(remove.error)}</Note>}
    </Dialog>
  );
}

function Invitations({ account }: { account: Account }) {
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
                <p className="truncate font-medium">{invitation.email}</p>
                <p className="text-xs text-soft">
                  {words(invitation.role)} · by {invitation.invitedByName} · until {formatDate(invitation.expiresAt, account.zone)}
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
        <Dialog open onClose={() => setAgain(null)} title="Sent again" description="The old link is worth nothing from now on.">
          <InvitationLink invitation={again} />
        </Dialog>
      )}
    </Card>
  );
}

function AuditLog({ account }: { account: Account }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditQuery(account.key));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const now = useNow();
  return (
    <Card
      flush
      title="What was changed"
      actions={
        <a href={`/api/teams/${account.key}/audit-log/export`} download className="inline-flex items-center gap-1 text-[0.8125rem] font-medium text-accent">
          <Link2 aria-hidden className="size-4" /> CSV
        </a>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="grid gap-2 px-5 pb-5">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
        </div>
      ) : entries.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing yet" />
      ) : (
        <>
          <ul className="divide-y divide-line">
            {entries.map((entry) => (
              <li key={entry.id} className="px-4 py-2 sm:px-5">
                <p>
                  <span className="font-medium">{entry.actor.name}</span> {words(entry.action).toLowerCase()}
                </p>
                <p className="truncate text-xs text-soft" title={formatDateTime(entry.at, account.zone, true)}>
                  {formatAgo(entry.at, now)} · {words(entry.resourceType)} {entry.resourceId}
                </p>
              </li>
            ))}
          </ul>
          {hasNextPage && (
            <div className="border-t border-line p-2 text-center">
              <Button size="s" kind="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Show older ones
              </Button>
            </div>
          )}
        </>
      )}
    </Card>
  );
}

function NewTeamDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const create = useCreateTeam();
  return (
    <Dialog
      open
      onClose={onClose}
      title="New team"
      description="You own it, and can invite others."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="new-team" busy={create.isPending} disabled={name.trim().length < 3}>
            Create
          </Button>
        </>
      }
    >
      <form
        id="new-team"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { name: name.trim(), timezone: browserZone() },
            {
              onSuccess: (team) => {
                toast(`${team.name} is made. Switch to it above.`);
                onClose();
              },
            },
          );
        }}
      >
        <TextField label="Name" minLength={3} maxLength={100} required value={name} onChange={(event) => setName(event.target.value)} />
        {create.error && <Note tone="critical">{messageOf(create.error)}</Note>}
      </form>
    </Dialog>
  );
}
