import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import { faultOfUsd } from "@/shared/format/typed-amounts";
import { CheckField, TextArea, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { ALERTS, aboutOf, toSave, type AlertKind } from "./about";
import type { Workflow } from "./api";
import { useChangeWorkflow } from "./api-automation";
import { CHANGED_MEANWHILE, conflictOf } from "./conflict";

function digits(text: string): string {
  return text.replaceAll(/\D/g, "");
}

/** What is said of a workflow besides its nodes, and of which of its runs people are told. */
export function AboutDialog({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const [about, setAbout] = useState(() => aboutOf(workflow));
  const set = (patch: Partial<typeof about>) => setAbout((before) => ({ ...before, ...patch }));
  const [seen] = useState(workflow);
  const change = useChangeWorkflow(workflow.id, seen);
  const conflict = conflictOf(change.error);
  const problem = change.error instanceof ProblemError ? change.error : null;
  const costFault = faultOfUsd(about.cost);
  return (
    <FormDialog
      title="About and alerts"
      submit={conflict ? "Save anyway" : "Save"}
      busy={change.isPending}
      disabled={costFault !== undefined}
      error={conflict ? new Error(CHANGED_MEANWHILE) : change.error}
      onClose={onClose}
      onSubmit={() =>
        change.mutate(
          { ...toSave(about), ...(conflict ? { baseUpdatedAt: conflict.updatedAt } : {}) },
          {
            onSuccess: () => {
              toast("It is saved.");
              onClose();
            },
          },
        )
      }
    >
      <TextArea label="Description" rows={2} className="min-h-0" value={about.description} error={problem?.field("description")} onChange={(event) => set({ description: event.target.value })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Category" placeholder="support" value={about.category} error={problem?.field("category")} onChange={(event) => set({ category: event.target.value })} />
        <TextField label="Tags" placeholder="nightly, mail" help="With commas between." value={about.tags} error={problem?.field("tags")} onChange={(event) => set({ tags: event.target.value })} />
      </div>
      <TextField
        label="Runs at once, at most"
        inputMode="numeric"
        value={about.runsAtOnce}
        error={problem?.field("maxConcurrentRuns")}
        onChange={(event) => set({ runsAtOnce: digits(event.target.value) })}
      />
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-[0.8125rem] font-medium">People are told, by the account&apos;s channels, when</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {(Object.keys(ALERTS) as AlertKind[]).map((kind) => (
            <CheckField
              key={kind}
              label={ALERTS[kind]}
              checked={about.alerts.has(kind)}
              onChange={(event) => {
                const alerts = new Set(about.alerts);
                if (event.target.checked) {
                  alerts.add(kind);
                } else {
                  alerts.delete(kind);
                }
                set({ alerts });
              }}
            />
          ))}
        </div>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Too much is"
          prefix="$"
          inputMode="decimal"
          placeholder="80% of its own limit"
          disabled={!about.alerts.has("cost_threshold")}
          value={about.cost}
          error={costFault ?? problem?.field("notifications.costThresholdUsd")}
          onChange={(event) => set({ cost: event.target.value })}
        />
        <TextField
          label="Slow is"
          inputMode="numeric"
          placeholder="3"
          help="Times the median of the last thirty runs."
          disabled={!about.alerts.has("performance_degradation")}
          value={about.slowFactor}
          error={problem?.field("notifications.slowFactor")}
          onChange={(event) => set({ slowFactor: digits(event.target.value) })}
        />
      </div>
    </FormDialog>
  );
}
