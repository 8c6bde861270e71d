import { SelectField, TextField } from "@/shared/ui/field";
import type { Settings } from "./definition";
import { SETTING_LABELS } from "./setting-labels";
import { UsdField } from "./typed-fields";

/** All of these are whole: a point or a comma can only stand between thousands. */
function number(value: string): number | undefined {
  const digits = value.replaceAll(/\D/g, "");
  return digits === "" ? undefined : Number(digits);
}

function setting(at: string): { label: string; at: string } {
  return { label: SETTING_LABELS[at] ?? at, at };
}

/** How the whole workflow runs. */
export function SettingsForm({ settings, readOnly, onChange }: { settings: Settings; readOnly: boolean; onChange: (settings: Settings) => void }) {
  const set = (patch: Partial<Record<keyof Settings, unknown>>) =>
    onChange(Object.fromEntries(Object.entries({ ...settings, ...patch }).filter(([, value]) => value !== undefined)) as Settings);
  const retry = settings.retryPolicy ?? {};
  return (
    <fieldset disabled={readOnly} className="grid gap-4">
      <div>
        <h2 tabIndex={-1} className="font-semibold">Workflow settings</h2>
        <p className="text-xs text-soft">Choose a node to set that one.</p>
      </div>
      <SelectField
        {...setting("errorHandling")}
        value={settings.errorHandling ?? "stop"}
        onChange={(event) => set({ errorHandling: event.target.value })}
      >
        <option value="stop">Stop the run</option>
        <option value="continue">Go on with the other branches</option>
        <option value="fallback">Take the other model, or the edge for errors</option>
      </SelectField>
      <div className="grid grid-cols-2 gap-3">
        <TextField {...setting("maxConcurrentNodes")} inputMode="numeric" placeholder="5" value={settings.maxConcurrentNodes ?? ""} onChange={(event) => set({ maxConcurrentNodes: number(event.target.value) })} />
        <TextField {...setting("timeout")} inputMode="numeric" placeholder="3600" value={settings.timeout ?? ""} onChange={(event) => set({ timeout: number(event.target.value) })} />
        <TextField
          {...setting("retryPolicy.maxAttempts")}
          inputMode="numeric"
          placeholder="3"
          value={retry.maxAttempts ?? ""}
          onChange={(event) => set({ retryPolicy: { ...retry, maxAttempts: number(event.target.value) } })}
        />
        <SelectField {...setting("retryPolicy.backoff")} value={retry.backoff ?? "exponential"} onChange={(event) => set({ retryPolicy: { ...retry, backoff: event.target.value } })}>
          <option value="exponential">Doubling</option>
          <option value="linear">Growing</option>
          <option value="constant">The same</option>
        </SelectField>
        <div className="col-span-2">
          <UsdField
            {...setting("maxCostUsd")}
            placeholder="No limit"
            value={settings.maxCostUsd}
            help="Before a call that could go beyond it, the run is paused."
            onChange={(maxCostUsd) => set({ maxCostUsd })}
          />
        </div>
      </div>
      <details className="rounded-lg border border-line" open={settings.loopDelay !== undefined || settings.continueWhile !== undefined}>
        <summary className="px-3 py-2 text-[0.8125rem] font-medium">When it runs again and again</summary>
        <div className="grid gap-3 border-t border-line p-3">
          <TextField
            {...setting("loopDelay")}
            inputMode="numeric"
            placeholder="60"
            value={settings.loopDelay === undefined ? "" : settings.loopDelay / 1000}
            onChange={(event) => {
              const seconds = number(event.target.value);
              set({ loopDelay: seconds === undefined ? undefined : seconds * 1000 });
            }}
          />
          <TextField
            {...setting("continueWhile")}
            className="font-mono"
            placeholder="always"
            help="An expression over what the nodes have put out, such as page.hasMore."
            value={settings.continueWhile ?? ""}
            onChange={(event) => set({ continueWhile: event.target.value || undefined })}
          />
        </div>
      </details>
    </fieldset>
  );
}
