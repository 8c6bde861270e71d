import { expect, test } from "vitest";
import type { Workflow } from "./api";
import { ordered } from "./list-order";

function workflow(id: string, name: string, updatedAt: string, lastExecutedAt?: string, totalCost?: string): Workflow {
  const lastExecution = totalCost === undefined ? null : { id: `exe_${id}`, status: "completed", reason: null, totalCost, totalCostNanoUsd: 0 };
  return { id, name, status: "active", updatedAt, lastExecutedAt: lastExecutedAt ?? null, lastExecution } as unknown as Workflow;
}

const WORKFLOWS = [
  workflow("1", "Triage 10", "2026-11-25T08:00:00Z", "2026-11-26T08:00:00Z", "0.000001"),
  workflow("2", "triage 9", "2026-11-25T08:00:00.120Z"),
  workflow("3", "Answers", "2026-11-20T08:00:00Z", "2026-11-27T08:00:00Z", "12.5"),
  workflow("4", "Zebra", "2026-11-20T08:00:00Z", "2026-11-01T08:00:00Z", "0"),
];

const ids = (order?: Parameters<typeof ordered>[1]) => ordered(WORKFLOWS, order).map(({ id }) => id).join("");

test("what was changed last stands first, and of those changed together what was made last", () => {
  expect(ids()).toBe("2143");
});

test("names are ordered as people count, whatever their case", () => {
  expect(ids("name")).toBe("3214");
});

test("by run and by cost, what never ran comes last", () => {
  expect(ids("run")).toBe("3142");
  expect(ids("cost")).toBe("3142");
});
