import { formatSoon } from "@/shared/format/time";
import type { NodeExecution } from "./api";
import type { Definition } from "./definition";

/** Of a run that another execution has done: how long it took there is not this one's. */
export const KEPT = "Kept from the run before";

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

/**
 * Whether a run used a model without a price: its tokens count, and what it cost is not known yet, which is another thing than
 * nothing.
 */
export function isUnpriced({ tokens, output, unpricedCalls = 0 }: Pick<NodeExecution, "tokens" | "output" | "unpricedCalls">): boolean {
  // Of an answer that is not an attempt's last the output does not tell, nor does one that did not come along.
  return unpricedCalls > 0 || ((tokens ?? 0) > 0 && typeof output === "object" && output !== null && (output as { costNanoUsd?: unknown }).costNanoUsd === null);
}

/** Of an execution that stands still, the node that it stands still for is as the execution is. What is told of all runs of a node has no scope. */
export function statusOf(run: { nodeId: string; scope?: string; status: string }, { status, reason }: { status: string; reason?: unknown }): string {
  const about = (reason ?? {}) as { nodeId?: string; scope?: string };
  const isHeld = run.status === "queued" || run.status === "retrying";
  const isOfIt = run.scope === undefined || (about.scope ?? run.scope) === run.scope;
  return status.startsWith("paused") && isHeld && about.nodeId === run.nodeId && isOfIt ? status : run.status;
}

/** Until when a run waits, for a delay or for its next attempt; null if it does not. */
export function waitOf({ status, waitsUntil }: Pick<NodeExecution, "status" | "waitsUntil">, zone: string, now: number): string | null {
  return waitsUntil ? `${status === "retrying" ? "Retrying at" : "Waiting until"} ${formatSoon(waitsUntil, zone, now)}` : null;
}

/** What people call a node of an execution; its id, if nothing of it came along. */
export function labelOf(runs: readonly Pick<NodeExecution, "nodeId" | "label">[], nodeId: string): string {
  return runs.find((run) => run.nodeId === nodeId)?.label ?? nodeId;
}

/**
 * Which attempt of a node it is, and of how many where the definition that ran says so: else it depends on what went wrong. Null of the
 * first, which may be the only one.
 */
export function attemptOf({ nodeId, attemptNumber = 1 }: Pick<NodeExecution, "nodeId" | "attemptNumber">, ran: Pick<Definition, "nodes" | "settings"> | undefined): string | null {
  if (attemptNumber < 2) {
    return null;
  }
  const node = ran?.nodes.find((one) => one.id === nodeId);
  const most = node && (node.retryPolicy?.maxAttempts ?? ran?.settings.retryPolicy?.maxAttempts);
  return most !== undefined && attemptNumber <= most ? `attempt ${attemptNumber} of ${most}` : `attempt ${attemptNumber}`;
}
