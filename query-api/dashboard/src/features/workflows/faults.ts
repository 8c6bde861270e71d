import { ProblemError, type Schemas } from "@/shared/api/client";
import { formatCount } from "@/shared/format/numbers";
import type { Definition } from "./definition";

export type Warning = Schemas["DefinitionFault"];

/** What is said at a node or an edge: with an error nothing was saved; with a warning it was, and can run. */
export interface PlaceFault {
  severity: Warning["severity"];
  text: string;
}

/** By the id of the node or the edge. */
export type Faults = ReadonlyMap<string, PlaceFault>;

/** The node or edge that a warning is of; none for what is of the whole workflow. */
export function placeOf({ nodeId, edgeId }: Warning): string | undefined {
  return nodeId ?? edgeId;
}

/** A warning in a sentence that stands beside the name of its place. */
export function sentenceOf({ field, detail, remedy }: Warning): string {
  const name = field.split(".").at(-1) ?? "";
  return `${/^((nodes|edges)\[\d+\])?$/.test(name) ? "It" : name} ${detail}. ${remedy}`;
}

/**
 * Where a refused definition is wrong, and where a saved one is hardly as it is meant.
 *
 * @param error why the newest one was refused, which names a place by its number: definition.nodes[3].config.model
 * @param sent that one, whatever has become of it on the canvas since
 * @param warnings of the one that was saved
 */
export function faultsOf(error: unknown, sent: Definition | undefined, warnings: readonly Warning[]): Faults {
  const faults = new Map<string, PlaceFault>();
  const add = (id: string, severity: PlaceFault["severity"], text: string) => {
    const before = faults.get(id);
    // What keeps it from being saved is told alone.
    faults.set(id, { severity, text: before?.severity === severity ? `${before.text} ${text}` : text });
  };
  for (const warning of warnings) {
    const id = placeOf(warning);
    if (id !== undefined) {
      add(id, "warning", sentenceOf(warning));
    }
  }
  if (error instanceof ProblemError) {
    for (const { field, detail, remedy } of error.errors) {
      const [, list, index] = /(nodes|edges)\[(\d+)\]/.exec(field) ?? [];
      const id = index === undefined ? undefined : sent?.[list as "nodes" | "edges"][Number(index)]?.id;
      if (id) {
        add(id, "error", `${field.split(".").at(-1)} ${detail}. ${remedy}`);
      }
    }
  }
  return faults;
}

/** What is told when something is kept, and with which tone: that there are warnings is no reason not to keep it. */
export function keptWith(text: string, { length: count }: readonly Warning[]): [text: string, tone: "good" | "warning"] {
  return count === 0
    ? [text, "good"]
    : [`${text} ${count === 1 ? "One thing in it is" : `${formatCount(count)} things in it are`} perhaps not as you mean.`, "warning"];
}
