import { useEffect, useRef, type ReactNode } from "react";
import { messageOf } from "@/shared/api/client";
import { Button } from "@/shared/ui/button";
import { FieldFaults, focusFirstFault } from "@/shared/ui/field-faults";
import { Note } from "@/shared/ui/layout";
import type { NodeExecution } from "./api";
import { changeNode, removeEdges, removeNodes, type Definition, type NodePatch, type WorkflowNode } from "./definition";
import { EdgeForm } from "./edge-form";
import { FaultNotes, Refusals, Warnings } from "./fault-notes";
import { refusedOf, type Faults, type ValueFault, type ValueFaults, type Warning } from "./faults";
import { NodeForm } from "./node-form";
import { sampleOf } from "./sample";
import { SettingsForm } from "./settings-form";
import type { Failed } from "./use-saving";

/** @param of as {@link History.change} has it */
export type Edit = (next: (before: Definition) => Definition, of?: string) => void;

/** What can be said of whatever is chosen: a node, a line, several, or nothing and so the whole workflow. */
export function Properties(props: Shown & Led) {
  const { selected, run, led, refusals, onSelect } = props;
  const panel = useRef<HTMLDivElement>(null);
  const isLed = useRef(false);
  // A button of the panel that chooses something else goes with what it stood in; the focus goes to what is there instead.
  useEffect(() => {
    if (isLed.current) {
      panel.current?.querySelector("h2")?.focus();
    }
    isLed.current = false;
  }, [selected]);
  const ledBefore = useRef(led);
  useEffect(() => {
    if (led !== ledBefore.current) {
      panel.current?.querySelector("h2")?.focus();
    }
    ledBefore.current = led;
  }, [led]);
  const refusedBefore = useRef(refusals);
  useEffect(() => {
    if (refusals !== refusedBefore.current && !focusFirstFault(panel.current)) {
      panel.current?.querySelector("h2")?.focus();
    }
    refusedBefore.current = refusals;
  }, [refusals]);
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

interface Led {
  /** Another number each time that the canvas leads here. */
  led: number;
  /** The same each time that it was refused for what is in it: it leads to the first field to mend. */
  refusals: number;
}

interface Shown {
  definition: Definition;
  selected: ReadonlySet<string>;
  faults: Faults;
  /** What is to be mended, at its fields. */
  wrong: ValueFaults;
  /** What was not saved last. */
  failed: Failed;
  /** Of what was saved. */
  warnings: readonly Warning[];
  readOnly: boolean;
  /** The run that was started here, shown while nothing is chosen. */
  run: ReactNode;
  /** Of its nodes. */
  runs: readonly NodeExecution[];
  onEdit: Edit;
  onSelect: (ids: ReadonlySet<string>) => void;
}

const NOTHING_WRONG: readonly ValueFault[] = [];

/** Of one field of it: another field is another step. */
function changeOf(node: WorkflowNode, { config, ...patch }: NodePatch): string {
  const fields = config ? Object.keys({ ...node.config, ...config }).filter((field) => config[field] !== node.config[field]) : [];
  return [node.id, ...Object.keys(patch), ...fields].join(" ");
}

function OfSelected({
  definition,
  selected,
  faults,
  wrong,
  failed,
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
        wrong={wrong.places.get(node.id) ?? NOTHING_WRONG}
        sample={sampleOf(definition, runs, node.id)}
        readOnly={readOnly}
        onChange={(patch) => onEdit((before) => changeNode(before, node.id, patch), changeOf(node, patch))}
        onEdit={onEdit}
        onDelete={() => remove(new Set([node.id]))}
      />
    );
  }
  if (edge) {
    return (
      <div key={edge.id} className="grid gap-4">
        <FieldFaults faults={wrong.places.get(edge.id) ?? NOTHING_WRONG}>
          {(others) => (
            <>
              <FaultNotes fault={fault ?? null} others={others} />
              <EdgeForm edge={edge} definition={definition} readOnly={readOnly} onChange={(next) => onEdit(next, `line ${edge.id}`)} onDelete={() => remove(new Set([edge.id]))} />
            </>
          )}
        </FieldFaults>
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
  const refused = refusedOf(failed.error, failed.sent);
  const places = { definition, onPick: (id: string) => onSelect(new Set([id])) };
  return (
    <div className="grid gap-4">
      {refused ? (
        <Refusals refused={refused} {...places} />
      ) : failed.error ? (
        <Note tone="critical">{messageOf(failed.error)}</Note>
      ) : (
        warnings.length > 0 && <Warnings warnings={warnings} {...places} />
      )}
      <FieldFaults faults={wrong.settings}>
        {() => <SettingsForm settings={definition.settings} readOnly={readOnly} onChange={(settings) => onEdit((before) => ({ ...before, settings }), "settings")} />}
      </FieldFaults>
    </div>
  );
}
