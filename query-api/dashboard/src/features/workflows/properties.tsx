import { useEffect, useRef, type ReactNode } from "react";
import { messageOf } from "@/shared/api/client";
import { Button } from "@/shared/ui/button";
import { Note } from "@/shared/ui/layout";
import type { NodeExecution } from "./api";
import { changeNode, removeEdges, removeNodes, type Definition } from "./definition";
import { EdgeForm } from "./edge-form";
import { FaultNote, Warnings } from "./fault-notes";
import type { Faults, Warning } from "./faults";
import { NodeForm } from "./node-form";
import { sampleOf } from "./sample";
import { SettingsForm } from "./settings-form";

/** What can be said of whatever is chosen: a node, a line, several, or nothing and so the whole workflow. */
export function Properties(props: Shown) {
  const { selected, run, onSelect } = props;
  const panel = useRef<HTMLDivElement>(null);
  const isLed = useRef(false);
  // A button of the panel that chooses something else goes with what it stood in; the focus goes to what is there instead.
  useEffect(() => {
    if (isLed.current) {
      panel.current?.querySelector("h2")?.focus();
    }
    isLed.current = false;
  }, [selected]);
  // As it does from the button that closes a run.
  const hasRun = Boolean(run);
  const hadRun = useRef(hasRun);
  useEffect(() => {
    if (hadRun.current && !hasRun && document.activeElement === document.body) {
      panel.current?.querySelector("h2")?.focus();
    }
    hadRun.current = hasRun;
  }, [hasRun]);
  const lead = (ids: ReadonlySet<string>) => {
    isLed.current = true;
    onSelect(ids);
  };
  return (
    <div ref={panel}>
      <OfSelected {...props} onSelect={lead} />
    </div>
  );
}

interface Shown {
  definition: Definition;
  selected: ReadonlySet<string>;
  faults: Faults;
  /** Why it was not saved. */
  error: unknown;
  /** Of what was saved. */
  warnings: readonly Warning[];
  readOnly: boolean;
  /** The run that was started here, shown while nothing is chosen. */
  run: ReactNode;
  /** Of its nodes. */
  runs: readonly NodeExecution[];
  onEdit: (next: (before: Definition) => Definition) => void;
  onSelect: (ids: ReadonlySet<string>) => void;
}

function OfSelected({
  definition,
  selected,
  faults,
  error,
  warnings,
  readOnly,
  run,
  runs,
  onEdit,
  onSelect,
}: Shown) {
  const only = selected.size === 1 ? [...selected][0] : undefined;
  const node = definition.nodes.find((one) => one.id === only);
  const edge = definition.edges.find((one) => one.id === only);
  const fault = only === undefined ? undefined : faults.get(only);
  const remove = (ids: ReadonlySet<string>) => {
    onEdit((before) => removeEdges(removeNodes(before, ids), ids));
    onSelect(new Set());
  };
  if (node) {
    return (
      <NodeForm
        key={node.id}
        node={node}
        definition={definition}
        fault={fault ?? null}
        sample={sampleOf(definition, runs, node.id)}
        readOnly={readOnly}
        onChange={(patch) => onEdit((before) => changeNode(before, node.id, patch))}
        onEdit={onEdit}
        onDelete={() => remove(new Set([node.id]))}
      />
    );
  }
  if (edge) {
    return (
      <div className="grid gap-4">
        {fault && <FaultNote fault={fault} />}
        <EdgeForm key={edge.id} edge={edge} definition={definition} readOnly={readOnly} onChange={onEdit} onDelete={() => remove(new Set([edge.id]))} />
      </div>
    );
  }
  if (selected.size > 1) {
    return (
      <div className="grid gap-4">
        <p className="font-medium">{selected.size} chosen</p>
        <Button kind="danger" disabled={readOnly} onClick={() => remove(selected)}>
          Delete them
        </Button>
      </div>
    );
  }
  if (run) {
    return run;
  }
  return (
    <div className="grid gap-4">
      {error ? (
        <Note tone="critical">{messageOf(error)}</Note>
      ) : (
        warnings.length > 0 && <Warnings warnings={warnings} definition={definition} onPick={(id) => onSelect(new Set([id]))} />
      )}
      <SettingsForm settings={definition.settings} readOnly={readOnly} onChange={(settings) => onEdit((before) => ({ ...before, settings }))} />
    </div>
  );
}
