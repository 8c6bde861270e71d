import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/shared/ui/button";
import { SelectField, TextField } from "@/shared/ui/field";
import { THRESHOLDS_MAX, type ThresholdKind, type ThresholdRow } from "./thresholds";

/** When one is told, and how urgently; in a form. */
export function ThresholdsField({
  rows,
  faults,
  unit,
  onChange,
}: {
  rows: readonly ThresholdRow[];
  faults: readonly (string | undefined)[];
  unit: "usd" | "tokens";
  onChange: (rows: ThresholdRow[]) => void;
}) {
  const set = (index: number, patch: Partial<ThresholdRow>) => onChange(rows.map((row, at) => (at === index ? { ...row, ...patch } : row)));
  return (
    <fieldset>
      <legend className="mb-1 text-[0.8125rem] font-medium">Tell at</legend>
      <ul className="grid gap-2">
        {rows.map((row, index) => (
          <li key={index} className="flex items-start gap-2" data-testid="threshold">
            <div className="grid min-w-0 flex-1 grid-cols-2 gap-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.5fr)_minmax(0,1.1fr)]">
              <TextField
                label={`Threshold ${index + 1}`}
                hideLabel
                inputMode="decimal"
                required
                value={row.at}
                onChange={(event) => set(index, { at: event.target.value })}
                error={row.at === "" ? undefined : faults[index]}
              />
              <SelectField label={`What threshold ${index + 1} counts`} hideLabel value={row.kind} onChange={(event) => set(index, { kind: event.target.value as ThresholdKind })}>
                <option value="percent">% of the limit</option>
                <option value="amount">{unit === "usd" ? "dollars spent" : "tokens used"}</option>
                <option value="forecast">% as forecast</option>
              </SelectField>
              <SelectField
                label={`How urgent threshold ${index + 1} is`}
                hideLabel
                value={row.severity}
                onChange={(event) => set(index, { severity: event.target.value as ThresholdRow["severity"] })}
              >
                <option value="info">Info</option>
                <option value="warning">Warning</option>
                <option value="critical">Critical</option>
              </SelectField>
            </div>
            <IconButton label={`Remove threshold ${index + 1}`} disabled={rows.length === 1} onClick={() => onChange(rows.filter((_, at) => at !== index))}>
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {rows.length < THRESHOLDS_MAX && (
        <Button size="s" kind="quiet" className="mt-2" onClick={() => onChange([...rows, { kind: "percent", at: "", severity: "warning" }])}>
          <Plus aria-hidden className="size-4" /> Add a threshold
        </Button>
      )}
    </fieldset>
  );
}
