import type { NodeExecution } from "./api";
import { kindOfEdge, type Definition } from "./definition";

/** What a run of a node was given: the value, or whose output is too large to have come along. */
export type Input = { value: unknown } | { largeOutputOf: string };

/** What is known of an execution. */
interface Told {
  triggerData?: unknown;
  nodeExecutions: readonly NodeExecution[];
}

/**
 * Put together from the outputs of what comes before, as the runner does it: of a node behind a list its item, of one that
 * collects the list of what was made of each, of several nodes all of them. Null where the execution does not tell it: the items
 * of a loop, what an edge for errors hands on, and what is not over.
 */
export function inputOf(definition: Definition, execution: Told, run: NodeExecution): Input | null {
  const edges = definition.edges.filter((edge) => edge.target === run.nodeId);
  if (edges.some((edge) => kindOfEdge(edge) === "error")) {
    return null;
  }
  const before = [...new Set(edges.map((edge) => edge.source))];
  if (before.length === 0) {
    const segments = segmentsOf(run.scope);
    const innermost = segments.at(-1);
    if (innermost) {
      return itemOf(definition, execution, segments, innermost.owner);
    }
    const started = execution.triggerData as { input?: unknown } | null | undefined;
    return { value: started?.input ?? {} };
  }
  const inputs = before.map((source) => outputOf(definition, execution, run, source));
  if (inputs.length === 1) {
    return inputs[0]!;
  }
  const large = inputs.find((input) => input !== null && "largeOutputOf" in input);
  if (large) {
    return large;
  }
  return { value: Object.fromEntries(inputs.flatMap((input, index) => (input && "value" in input ? [[`input_${index}`, input.value]] : []))) };
}

interface Segment {
  owner: string;
  index: number;
  /** The scope that the owner itself ran in. */
  parent: string;
}

/** leads[1]/parts[0], outermost first. */
function segmentsOf(scope: string | undefined): Segment[] {
  const parts = scope ? scope.split("/") : [];
  return parts.flatMap((part, at) => {
    const [, owner, index] = /^(.+)\[(\d+)\]$/.exec(part) ?? [];
    return owner && index ? [{ owner, index: Number(index), parent: parts.slice(0, at).join("/") }] : [];
  });
}

function outputOf(definition: Definition, execution: Told, run: NodeExecution, source: string): Input | null {
  const segments = segmentsOf(run.scope);
  if (segments.some((segment) => segment.owner === source)) {
    return itemOf(definition, execution, segments, source);
  }
  const scope = run.scope ?? "";
  const collects = isCollecting(definition, run.nodeId);
  if (collects) {
    const below = execution.nodeExecutions
      .filter((one) => one.nodeId === source && one.status === "completed" && (one.scope ?? "").startsWith(scope === "" ? "" : `${scope}/`) && one.scope !== scope)
      .sort((a, b) => byIndexes(a.scope, b.scope));
    if (below.length > 0) {
      return below.some(isLarge) ? { largeOutputOf: source } : { value: below.map((one) => one.output) };
    }
  }
  // What ran once, around all the items, is the same for each of them.
  const around = execution.nodeExecutions
    .filter((one) => one.nodeId === source && one.status === "completed" && (one.scope === scope || !one.scope || scope.startsWith(`${one.scope}/`)))
    .sort((a, b) => (b.scope ?? "").length - (a.scope ?? "").length)[0];
  if (!around) {
    return null;
  }
  return isLarge(around) ? { largeOutputOf: source } : { value: collects ? (itemsOf(around.output) ?? around.output) : around.output };
}

function itemOf(definition: Definition, execution: Told, segments: readonly Segment[], owner: string): Input | null {
  const segment = segments.find((one) => one.owner === owner);
  // What a loop goes over is no node's output.
  if (!segment || definition.nodes.find((node) => node.id === owner)?.type === "loop") {
    return null;
  }
  const run = execution.nodeExecutions.find((one) => one.nodeId === owner && (one.scope ?? "") === segment.parent);
  if (!run) {
    return null;
  }
  if (isLarge(run)) {
    return { largeOutputOf: owner };
  }
  const items = itemsOf(run.output);
  return items && segment.index < items.length ? { value: items[segment.index] } : null;
}

function isCollecting(definition: Definition, nodeId: string): boolean {
  const node = definition.nodes.find((one) => one.id === nodeId);
  return node?.type === "transform" && node.config.transformType !== "custom";
}

function itemsOf(output: unknown): readonly unknown[] | null {
  const records = Array.isArray(output) ? output : (output as { records?: unknown } | null | undefined)?.records;
  return Array.isArray(records) ? records : null;
}

function isLarge(run: NodeExecution): boolean {
  return run.outputPayloadId !== undefined && run.outputPayloadId !== null;
}

/** Which items a run is of, counted from one as people count: 2, or 2.1 of the first part of the second. */
export function itemOfRun(scope: string | undefined): string {
  return segmentsOf(scope)
    .map((segment) => segment.index + 1)
    .join(".");
}

/** Node by node as they first came, each node's items in their order. */
export function inOrder(runs: readonly NodeExecution[]): NodeExecution[] {
  const first = new Map<string, number>();
  runs.forEach((run, at) => first.set(run.nodeId, first.get(run.nodeId) ?? at));
  return runs.toSorted((a, b) => first.get(a.nodeId)! - first.get(b.nodeId)! || byIndexes(a.scope, b.scope));
}

function byIndexes(a: string | undefined, b: string | undefined): number {
  const [one, other] = [segmentsOf(a), segmentsOf(b)];
  return one.map((segment, at) => segment.index - (other[at]?.index ?? 0)).find((difference) => difference !== 0) ?? 0;
}
