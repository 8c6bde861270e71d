import { Note } from "@/shared/ui/layout";
import type { Definition } from "./definition";
import { placeOf, sentenceOf, type PlaceFault, type Warning } from "./faults";

export function FaultNote({ fault }: { fault: PlaceFault }) {
  return <Note tone={fault.severity === "error" ? "critical" : "warning"}>{fault.text}</Note>;
}

/** Everything that was warned of when the workflow was saved, each with the way to its node or edge. */
export function Warnings({ warnings, definition, onPick }: { warnings: readonly Warning[]; definition: Definition; onPick: (id: string) => void }) {
  return (
    <Note tone="warning">
      <p className="font-medium">As it was saved it can run, but perhaps not as you mean:</p>
      <ul aria-label="Warnings" className="mt-1.5 grid gap-1.5">
        {warnings.map((warning, index) => {
          const id = placeOf(warning);
          const name = id === undefined ? undefined : nameOf(definition, id);
          return (
            <li key={index} className="wrap-anywhere">
              {id !== undefined && name !== undefined && (
                <>
                  <button type="button" className="min-h-6 font-medium underline underline-offset-2" onClick={() => onPick(id)}>
                    {name}
                  </button>
                  :{" "}
                </>
              )}
              {sentenceOf(warning)}
            </li>
          );
        })}
      </ul>
    </Note>
  );
}

/** What is still on the canvas, for people. */
function nameOf({ nodes, edges }: Definition, id: string): string | undefined {
  const labelOf = (nodeId: string) => {
    const node = nodes.find((one) => one.id === nodeId);
    return node && (node.label || node.id);
  };
  const edge = edges.find((one) => one.id === id);
  return labelOf(id) ?? (edge && `${labelOf(edge.source)} → ${labelOf(edge.target)}`);
}
