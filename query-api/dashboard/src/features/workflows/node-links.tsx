import { Plus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { borderBetween, connect, kindOfEdge, removeEdges, whyNot, type Definition, type EdgeKind, type WorkflowNode } from "./definition";

const KINDS: Partial<Record<EdgeKind, string>> = { true: "if it holds", false: "if it does not", error: "if it has failed", expression: "if an expression holds" };

/** That lead out of a condition. */
const SIDES = ["true", "false"] as const;

/** What a node comes after: the lines of the canvas, for those who do not draw. */
export function NodeLinks({ node, definition, onEdit }: { node: WorkflowNode; definition: Definition; onEdit: (next: (before: Definition) => Definition) => void }) {
  const [chosen, setChosen] = useState("");
  const [done, setDone] = useState({ count: 0, text: "" });
  const field = useRef<HTMLFieldSetElement>(null);
  // The button that was pressed is gone, or can be pressed no more.
  useEffect(() => {
    if (done.count > 0) {
      (field.current?.querySelector("select") ?? field.current)?.focus();
    }
  }, [done]);
  const act = (text: string, next: (before: Definition) => Definition) => {
    onEdit(next);
    setDone(({ count }) => ({ count: count + 1, text }));
  };
  const labelOf = (source: string) => definition.nodes.find((one) => one.id === source)?.label ?? source;
  const choices = definition.nodes
    .flatMap((one) => (one.type === "condition" ? SIDES : [undefined]).map((side) => ({ source: one.id, side })))
    .filter(({ source, side }) => whyNot(definition, source, node.id, side) === null)
    .map((choice) => ({ ...choice, value: `${choice.side ?? ""}:${choice.source}` }));
  const before = definition.edges.filter((edge) => edge.target === node.id);
  // What is drawn by the mouse is refused with the same words.
  const borders = new Set(definition.nodes.flatMap((one) => (one.id === node.id ? [] : (borderBetween(definition, one.id, node.id) ?? []))));
  const choice = choices.find((one) => one.value === chosen);
  return (
    <fieldset ref={field} tabIndex={-1}>
      <legend className="mb-1 text-[0.8125rem] font-medium">Follows</legend>
      <p role="status" className="sr-only">
        {done.text}
      </p>
      {before.length === 0 && choices.length === 0 && borders.size === 0 && (
        <p className="text-xs text-soft">{definition.nodes.length === 1 ? "Nothing yet: there is no other node." : "Nothing: all the others come after it."}</p>
      )}
      <ul className="grid gap-1" aria-label="Follows">
        {before.map((edge) => (
          <li key={edge.id} className="flex items-center gap-2 rounded-lg border border-line py-0.5 pr-0.5 pl-3">
            <span dir="auto" className="min-w-0 flex-1 truncate text-left">
              {labelOf(edge.source)} <span className="text-xs text-soft">{KINDS[kindOfEdge(edge)]}</span>
            </span>
            <IconButton label={`No longer after ${labelOf(edge.source)}`} className="size-8" onClick={() => act(`It no longer follows ${labelOf(edge.source)}.`, (before) => removeEdges(before, new Set([edge.id])))}>
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {[...borders].map((why) => (
        <p key={why} className="mt-1.5 text-xs text-soft">
          Some are not offered. {why}
        </p>
      ))}
      {choices.length > 0 && (
        <div className="mt-1.5 flex gap-2">
          <SelectField label="Connect from" hideLabel className="min-w-0 flex-1" value={choice ? chosen : ""} onChange={(event) => setChosen(event.target.value)}>
            <option value="">Another node …</option>
            {choices.map(({ value, source, side }) => (
              <option key={value} value={value}>
                {labelOf(source)}
                {side && `, ${KINDS[side]}`}
              </option>
            ))}
          </SelectField>
          <Button
            disabled={!choice}
            onClick={() => {
              if (choice) {
                act(`It follows ${labelOf(choice.source)} now.`, (before) => connect(before, choice.source, node.id, choice.side));
                setChosen("");
              }
            }}
          >
            <Plus aria-hidden className="size-4" /> Connect
          </Button>
        </div>
      )}
    </fieldset>
  );
}
