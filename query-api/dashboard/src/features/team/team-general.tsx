import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { isZone, zones } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Card, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { LeaveDialog } from "@/shared/ui/leave-dialog";
import { toast } from "@/shared/ui/toast";
import { teamQuery, useChangeTeam, type Team } from "./api";

/** What the team is called, when its days begin, and by which tags its spend is seen. */
export function General({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(teamQuery(account.key));
  return (
    <Card title="General">
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Skeleton className="h-80" />
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
      <LeaveDialog what="What is set of the team has" isDirty={mayManage && isDirty} />
    </form>
  );
}
