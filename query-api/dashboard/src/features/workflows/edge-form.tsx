import { Trash2 } from "lucide-react";
import { Button } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { changeEdge, kindOfEdge, type Definition, type EdgeKind, type WorkflowEdge } from "./definition";
import { TemplateField } from "./template-field";

const KINDS: Record<EdgeKind, string> = {
  always: "Always",
  true: "When the condition holds",
  false: "When it does not",
  error: "When the node before has failed",
  expression: "If an expression holds",
};

/** When a line between two nodes is followed. */
export function EdgeForm({
  edge,
  definition,
  readOnly,
  onChange,
  onDelete,
}: {
  edge: WorkflowEdge;
  definition: Definition;
  readOnly: boolean;
  onChange: (next: (before: Definition) => Definition) => void;
  onDelete: () => void;
}) {
  const source = definition.nodes.find((node) => node.id === edge.source);
  const target = definition.nodes.find((node) => node.id === edge.target);
  const kind = kindOfEdge(edge);
  const kinds: EdgeKind[] = source?.type === "condition" ? ["true", "false", "always", "error"] : ["always", "error", "expression"];
  return (
    <fieldset disabled={readOnly} className="grid gap-4">
      <div className="flex items-center justify-between gap-2">
        <div className="min-w-0">
          <h2 tabIndex={-1} className="font-semibold">Connection</h2>
          <p className="truncate text-xs text-soft">
            {/* The arrow goes from left to right, whatever they are written in. */}
            <bdi>{source?.label}</bdi> → <bdi>{target?.label}</bdi>
          </p>
        </div>
        {!readOnly && (
          <Button size="s" kind="danger" onClick={onDelete}>
            <Trash2 aria-hidden className="size-4" /> Delete
          </Button>
        )}
      </div>
      <SelectField
        label="Followed"
        at={kind === "expression" ? undefined : "condition"}
        value={kind}
        help={kind === "error" ? "What failed is then in the input, and the run goes on." : undefined}
        onChange={(event) => onChange((before) => changeEdge(before, edge.id, event.target.value as EdgeKind, "true"))}
      >
        {(kinds.includes(kind) ? kinds : [...kinds, kind]).map((one) => (
          <option key={one} value={one}>
            {KINDS[one]}
          </option>
        ))}
      </SelectField>
      {kind === "expression" && target && (
        <TemplateField
          label="Expression"
          at="condition"
          bare
          rows={3}
          help="Over what the node before put out, such as input.score > 70."
          value={edge.condition ?? ""}
          node={target}
          definition={definition}
          onChange={(expression) => onChange((before) => changeEdge(before, edge.id, "expression", expression))}
        />
      )}
    </fieldset>
  );
}
