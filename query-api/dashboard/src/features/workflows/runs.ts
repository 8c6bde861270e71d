import type { NodeExecution } from "./api";

/** leads[1]/parts[0]: the indexes of the items that a run is of, outermost first. */
function indexesOf(scope: string | undefined): number[] {
  return [...(scope ?? "").matchAll(/\[(\d+)\](?=\/|$)/g)].map(([, index]) => Number(index));
}

/** Which items a run is of, counted from one as people count: 2, or 2.1 of the first part of the second. */
export function itemOfRun(scope: string | undefined): string {
  return indexesOf(scope)
    .map((index) => index + 1)
    .join(".");
}

/** Node by node as they first came, each node's items in their order. */
export function inOrder(runs: readonly NodeExecution[]): NodeExecution[] {
  const first = new Map<string, number>();
  runs.forEach((run, at) => first.set(run.nodeId, first.get(run.nodeId) ?? at));
  return runs.toSorted((a, b) => first.get(a.nodeId)! - first.get(b.nodeId)! || byIndexes(indexesOf(a.scope), indexesOf(b.scope)));
}

function byIndexes(one: readonly number[], other: readonly number[]): number {
  return one.map((index, at) => index - (other[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
