import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useEffect, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { browserZone, formatDateTime, zoneName, zones } from "@/shared/format/time";
import { Button } from "@/shared/ui/button";
import { SelectField, TextField } from "@/shared/ui/field";
import { Failure, Note, Skeleton } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { scheduleCheckQuery, scheduleQuery, useSaveSchedule, type Schedule } from "./api-automation";
import { formOf, PRESETS, toSave, whyNoTimes, type Form } from "./schedule";

export function ScheduleTab({ id, readOnly }: { id: string; readOnly: boolean }) {
  const { data, error, refetch } = useQuery(scheduleQuery(id));
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-48" />;
  }
  return (
    <div className="grid gap-4">
      <ScheduleForm id={id} saved={data.schedule ?? null} next={data.preview ?? []} readOnly={readOnly} />
    </div>
  );
}

/** How long nothing is typed before it is asked what it comes to. */
const TYPED_MS = 400;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** @param next when it runs as it is saved */
function ScheduleForm({ id, saved, next, readOnly }: { id: string; saved: Schedule | null; next: readonly string[]; readOnly: boolean }) {
  const [form, setForm] = useState<Form>(() => formOf(saved, browserZone()));
  const asSaved = formOf(saved, form.zone);
  const isChanged = (Object.keys(form) as (keyof Form)[]).some((key) => form[key] !== asSaved[key]);
  const settled = useSettled(form);
  const isAsked = !readOnly && isChanged && form === settled && form.kind !== "off" && whyNoTimes(form) === undefined;
  const check = useQuery(scheduleCheckQuery(id, isAsked ? toSave(form, saved) : null));
  const times = isChanged ? (isAsked ? (check.data?.preview ?? []) : []) : next;
  const set = (patch: Partial<Form>) => setForm((before) => ({ ...before, ...patch }));
  const save = useSaveSchedule(id);
  const hasTimes = form.kind !== "off";
  const why = whyNoTimes(form);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(toSave(form, saved), { onSuccess: () => toast(hasTimes ? "The schedule is saved." : "It no longer runs by itself.") });
      }}
    >
      <fieldset disabled={readOnly} className="grid gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField label="Runs by itself" value={form.kind} onChange={(event) => set({ kind: event.target.value as Form["kind"], ...(event.target.value === "preset" ? { cron: "0 9 * * 1-5" } : {}) })}>
            <option value="off">Never</option>
            <option value="preset">At a usual time</option>
            <option value="interval">Every so many minutes</option>
            <option value="cron">By a cron expression</option>
          </SelectField>
          {form.kind === "preset" && (
            <SelectField label="When" value={form.cron} onChange={(event) => set({ cron: event.target.value })}>
              {PRESETS.map((preset) => (
                <option key={preset.cron} value={preset.cron}>
                  {preset.label}
                </option>
              ))}
            </SelectField>
          )}
          {form.kind === "interval" && (
            <TextField label="Minutes" inputMode="numeric" value={form.minutes} error={why} onChange={(event) => set({ minutes: event.target.value.replaceAll(/\D/g, "") })} />
          )}
          {form.kind === "cron" && (
            <TextField label="Cron" className="font-mono" value={form.cron} error={why} help="Minute, hour, day of the month, month, day of the week." onChange={(event) => set({ cron: event.target.value })} />
          )}
        </div>
        {hasTimes && (
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField label="Time zone" value={form.zone} onChange={(event) => set({ zone: event.target.value })}>
              {[...new Set([form.zone, ...zones()])].map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </SelectField>
            <SelectField label="Times that were missed" value={form.missed} onChange={(event) => set({ missed: event.target.value as Form["missed"] })}>
              <option value="skip">Are left out</option>
              <option value="last">Are made up for by one run</option>
            </SelectField>
          </div>
        )}
        <NextTimes times={times} isSaved={!isChanged} />
        {isAsked && check.error && !save.error && <Note tone="warning">{messageOf(check.error)}</Note>}
        {save.error && <Note tone="critical">{messageOf(save.error)}</Note>}
        <Button kind="primary" type="submit" className="justify-self-start" busy={save.isPending} disabled={readOnly || why !== undefined}>
          Save the schedule
        </Button>
      </fieldset>
    </form>
  );
}

function NextTimes({ times, isSaved }: { times: readonly string[]; isSaved: boolean }) {
  if (times.length === 0) {
    return null;
  }
  return (
    <div>
      <p className="mb-1 flex items-center gap-1.5 text-[0.8125rem] font-medium">
        <CalendarClock aria-hidden className="size-4 text-soft" /> {isSaved ? "Next" : "Next, once it is saved"}, in {zoneName(browserZone())}
      </p>
      <ol className="text-soft figures" data-testid="next-times">
        {times.map((time) => (
          <li key={time}>{formatDateTime(time, browserZone())}</li>
        ))}
      </ol>
    </div>
  );
}
