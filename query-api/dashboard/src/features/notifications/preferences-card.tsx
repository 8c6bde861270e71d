import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { browserZone, zones } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { CheckField, SelectField, TextField } from "@/shared/ui/field";
import { Card, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { LeaveDialog } from "@/shared/ui/leave-dialog";
import { toast } from "@/shared/ui/toast";
import { preferencesQuery, useSavePreferences, type Preferences } from "./api";
import { aboutType, LEVELS } from "./names";
import { EVERY_TYPE, faultsOf, formOf, isChanged, toSave, type Form } from "./preferences";

export function PreferencesCard({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(preferencesQuery(account));
  return (
    <Card title="What is sent, and when" hint="Holds for all channels above. What is critical is never kept waiting.">
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data ? (
        <PreferencesForm account={account} saved={data} />
      ) : (
        <Skeleton className="h-[64rem] sm:h-[46rem] lg:h-[34rem]" />
      )}
    </Card>
  );
}

function PreferencesForm({ account, saved }: { account: Account; saved: Preferences }) {
  const [form, setForm] = useState<Form>(() => formOf(saved, browserZone()));
  const set = (patch: Partial<Form>) => setForm((before) => ({ ...before, ...patch }));
  const save = useSavePreferences(account);
  const faults = faultsOf(form);
  const isSound = Object.keys(faults).length === 0;
  return (
    <form
      className="grid gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending && isSound) {
          save.mutate(toSave(form, saved), { onSuccess: () => toast("The preferences are saved.") });
        }
      }}
    >
      <div className="grid gap-x-10 gap-y-6 lg:grid-cols-2">
        <div className="grid content-start gap-4">
          <SelectField
            label="From this level on"
            value={form.minimumLevel}
            onChange={(event) => set({ minimumLevel: event.target.value as Form["minimumLevel"] })}
          >
            {Object.entries(LEVELS).map(([level, label]) => (
              <option key={level} value={level}>
                {label}
              </option>
            ))}
          </SelectField>
          <fieldset className="grid gap-2.5">
            <legend className="mb-2 text-[0.8125rem] font-medium">When</legend>
            {EVERY_TYPE.map((type) => (
              <CheckField
                key={type}
                {...aboutType(type)}
                checked={form.types.has(type)}
                onChange={(event) => {
                  const types = new Set(form.types);
                  if (event.target.checked) {
                    types.add(type);
                  } else {
                    types.delete(type);
                  }
                  set({ types });
                }}
              />
            ))}
            {form.types.size === 0 && <Note tone="warning">None is chosen: no channel is sent any alert. The bell still has them.</Note>}
          </fieldset>
        </div>
        <div className="grid content-start gap-5">
          <fieldset className="grid gap-3">
            <legend className="sr-only">Quiet hours</legend>
            <CheckField
              label="Quiet hours"
              help="What is not critical waits until they end."
              checked={form.isQuiet}
              onChange={(event) => set({ isQuiet: event.target.checked })}
            />
            <div className="grid grid-cols-2 gap-3">
              <TextField label="From" type="time" required={form.isQuiet} disabled={!form.isQuiet} value={form.start} onChange={(event) => set({ start: event.target.value })} />
              <TextField
                label="Until"
                type="time"
                required={form.isQuiet}
                disabled={!form.isQuiet}
                value={form.end}
                error={faults.end}
                onChange={(event) => set({ end: event.target.value })}
              />
            </div>
          </fieldset>
          <fieldset className="grid gap-3">
            <legend className="sr-only">Daily digest</legend>
            <CheckField
              label="Daily digest"
              help="Once a day, everything that is not critical in one message."
              checked={form.hasDigest}
              onChange={(event) => set({ hasDigest: event.target.checked })}
            />
            <TextField label="At" type="time" required={form.hasDigest} disabled={!form.hasDigest} value={form.at} onChange={(event) => set({ at: event.target.value })} />
          </fieldset>
          <SelectField label="Time zone" disabled={!form.isQuiet && !form.hasDigest} value={form.zone} onChange={(event) => set({ zone: event.target.value })}>
            {[...new Set([form.zone, ...zones()])].map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </SelectField>
        </div>
      </div>
      {save.error && <Note tone="critical">{messageOf(save.error)}</Note>}
      <Button kind="primary" type="submit" className="justify-self-start" busy={save.isPending} disabled={!isSound}>
        Save preferences
      </Button>
      <LeaveDialog what="What is sent, and when, has" isDirty={isChanged(form, saved)} />
    </form>
  );
}
