import { nanoUsd } from "@/shared/format/money";
import type { Workflow } from "./api";

/** How a list of workflows may be ordered, for people; the first is usual. */
export const WORKFLOW_ORDERS = { changed: "Last changed first", name: "By name", run: "Last run first", cost: "Dearest last run first" } as const;

export type WorkflowOrder = keyof typeof WORKFLOW_ORDERS;

type Ordered = Pick<Workflow, "id" | "name" | "updatedAt" | "lastExecutedAt" | "lastExecution">;

const BY: Readonly<Record<WorkflowOrder, (one: Ordered, other: Ordered) => number>> = {
  changed: (one, other) => newer(one.updatedAt, other.updatedAt),
  name: (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true, sensitivity: "base" }),
  run: (one, other) => newer(one.lastExecutedAt, other.lastExecutedAt),
  cost: (one, other) => {
    const [mine, others] = [costOf(one), costOf(other)];
    return mine < others ? 1 : mine > others ? -1 : 0;
  },
};

/** Those that are alike in it are as they were last changed, or made. */
export function ordered<W extends Ordered>(workflows: readonly W[], order: WorkflowOrder = "changed"): W[] {
  return workflows.toSorted((one, other) => BY[order](one, other) || BY.changed(one, other) || (one.id < other.id ? 1 : -1));
}

/** What never was comes last. */
function newer(one: string | null | undefined, other: string | null | undefined): number {
  const [mine, others] = [one, other].map((time) => (time ? Date.parse(time) : 0)) as [number, number];
  return others - mine;
}

/** Nothing is less than a run that cost nothing. */
function costOf({ lastExecution }: Ordered): bigint {
  return lastExecution ? nanoUsd(lastExecution.totalCost) : -1n;
}
