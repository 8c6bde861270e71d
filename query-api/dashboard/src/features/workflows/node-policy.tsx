import { SelectField, TextField } from "@/shared/ui/field";
import type { ErrorHandling, NodePatch, WorkflowNode } from "./definition";

function number(value: string): number | undefined {
  const digits = value.replaceAll(/\D/g, "");
  return digits === "" ? undefined : Number(digits);
}

/** What one node does about failures, where it is not as the whole workflow. */
export function NodePolicy({ node, onChange }: { node: WorkflowNode; onChange: (patch: NodePatch) => void }) {
  const isOwn = node.errorHandling !== undefined || node.retryPolicy !== undefined || node.timeout !== undefined;
  const attempts = (text: string) => {
    const { maxAttempts: _before, ...rest } = node.retryPolicy ?? {};
    const maxAttempts = number(text);
    const next = maxAttempts === undefined ? rest : { ...rest, maxAttempts };
    onChange({ retryPolicy: Object.keys(next).length === 0 ? undefined : next });
  };
  return (
    <details className="rounded-lg border border-line" open={isOwn}>
      <summary className="px-3 py-2 text-[0.8125rem] font-medium">When it fails</summary>
      <div className="grid gap-3 border-t border-line p-3">
        <SelectField
          label="Then"
          at="errorHandling"
          value={node.errorHandling ?? ""}
          onChange={(event) => onChange({ errorHandling: (event.target.value || undefined) as ErrorHandling | undefined })}
        >
          <option value="">As the workflow says</option>
          <option value="stop">Stop the run</option>
          <option value="continue">Go on with the other branches</option>
          <option value="fallback">Take the other model, or the edge for errors</option>
        </SelectField>
        <div className="grid grid-cols-2 gap-3">
          <TextField label="Attempts" at="retryPolicy.maxAttempts" inputMode="numeric" placeholder="As the workflow" value={node.retryPolicy?.maxAttempts ?? ""} onChange={(event) => attempts(event.target.value)} />
          <TextField
            label="Seconds each"
            at="timeout"
            inputMode="numeric"
            placeholder="As the workflow"
            value={node.timeout ?? ""}
            onChange={(event) => onChange({ timeout: number(event.target.value) })}
          />
        </div>
      </div>
    </details>
  );
}
