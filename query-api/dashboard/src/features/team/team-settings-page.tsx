import { useQuery } from "@tanstack/react-query";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { browserZone } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { Below, Card, Empty, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import { membersQuery, teamQuery, useCreateTeam } from "./api";
import { AuditLog } from "./team-audit-log";
import { General } from "./team-general";
import { Invitations } from "./team-invitations";
import { Members } from "./team-members";

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
  const areMembersAwaited = useQuery(membersQuery(account.key)).isPending;
  const isTeamAwaited = useQuery(teamQuery(account.key)).isPending;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Members account={account} />
        {account.mayManage && (
          <Below isSettled={!areMembersAwaited}>
            <Invitations account={account} />
          </Below>
        )}
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {/* Below the members in a narrow window. */}
        <Below isSettled={!areMembersAwaited}>
          <General account={account} />
        </Below>
        {account.mayManage && (
          <Below isSettled={!isTeamAwaited && !areMembersAwaited}>
            <AuditLog account={account} />
          </Below>
        )}
      </div>
    </div>
  );
}

function NewTeamDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const create = useCreateTeam();
  return (
    <FormDialog
      title="New team"
      description="You own it, and can invite others."
      submit="Create"
      busy={create.isPending}
      disabled={name.trim().length < 3}
      error={create.error}
      onClose={onClose}
      onSubmit={() =>
        create.mutate(
          { name: name.trim(), timezone: browserZone() },
          {
            onSuccess: (team) => {
              toast(`${team.name} is made. Switch to it above.`);
              onClose();
            },
          },
        )
      }
    >
      <TextField label="Name" minLength={3} maxLength={100} required value={name} onChange={(event) => setName(event.target.value)} />
    </FormDialog>
  );
}
