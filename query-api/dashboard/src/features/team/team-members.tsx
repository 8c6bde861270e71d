import { useQuery } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { formatCount, words } from "@/shared/format/numbers";
import { browserZone, formatDate } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { SelectField, TextField } from "@/shared/ui/field";
import { Badge, Card, Failure, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { toast } from "@/shared/ui/toast";
import { membersQuery, useChangeRole, useRemoveMember, type Member } from "./api";
import { InviteDialog, ROLES } from "./team-invitations";
import { usePart } from "./use-part";

/** Who is in the team, and as what. */
export function Members({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(membersQuery(account.key));
  const [inviting, setInviting] = useState(false);
  const [removed, setRemoved] = useState<Member | null>(null);
  const changeRole = useChangeRole(account.key);
  const part = usePart(data ?? [], (member) => `${member.name} ${member.email}`);
  return (
    <Card
      flush
      title="Members"
      actions={
        <>
          {part.isLong && <TextField label="Find a member" hideLabel type="search" placeholder="Find a member" className="w-44" value={part.text} onChange={(event) => part.setText(event.target.value)} />}
          {account.mayManage && (
            <Button size="s" kind="primary" onClick={() => setInviting(true)}>
              <UserPlus aria-hidden className="size-4" /> Invite
            </Button>
          )}
        </>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3, 4, 5].map((row) => (
            <Skeleton key={row} className="h-11" />
          ))}
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
              {part.shown.map((member) => {
                const mayChange = account.mayManage && member.role !== "owner";
                return (
                  <tr key={member.userId} data-testid="member">
                    {/* In a narrow window what the others leave: whoever is to be taken out is reached without moving the table. */}
                    <Td className="max-sm:w-full max-sm:max-w-0 sm:max-w-48">
                      <p dir="auto" className="truncate text-left font-medium" title={member.name}>
                        {member.name}
                        {member.userId === account.userId && <span className="text-soft"> (you)</span>}
                      </p>
                      <p className="truncate text-xs text-soft" title={member.email}>{member.email}</p>
                    </Td>
                    <Td className="max-md:hidden">{formatDate(member.joinedAt, browserZone())}</Td>
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
      {data && part.isEmpty && <p className="px-5 py-6 text-center text-soft">Nobody is called that.</p>}
      {part.left > 0 && (
        <div className="border-t border-line p-2 text-center">
          <Button size="s" kind="quiet" onClick={part.showMore}>
            Show more of {formatCount(part.left)} others
          </Button>
        </div>
      )}
      {inviting && <InviteDialog account={account} onClose={() => setInviting(false)} />}
      {removed && <RemoveDialog account={account} member={removed} onClose={() => setRemoved(null)} />}
    </Card>
  );
}

function RemoveDialog({ account, member, onClose }: { account: Account; member: Member; onClose: () => void }) {
  const remove = useRemoveMember(account.key);
  const isSelf = member.userId === account.userId;
  return (
    <ConfirmDialog
      title={isSelf ? `Leave ${account.name}?` : `Take ${member.name} out of ${account.name}?`}
      change={remove}
      of={member.userId}
      action={isSelf ? "Leave" : "Take out"}
      keep="Cancel"
      done={isSelf ? `You have left ${account.name}.` : `${member.name} is out.`}
      onClose={onClose}
    >
      {isSelf ? "What you have spent stays on record. You can be invited again." : "What they have spent stays on record. They can be invited again."}
    </ConfirmDialog>
  );
}
