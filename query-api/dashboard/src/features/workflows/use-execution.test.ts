import { expect, test } from "vitest";
import type { NodeExecution } from "./api";
import { nodeStates, progressOf } from "./use-execution";

function run(nodeId: string, status: string, cost = "0", executionTimeMs = 0): NodeExecution {
  return { id: `${nodeId}${status}`, nodeId, scope: "", status, cost, executionTimeMs } as NodeExecution;
}

test("a node is as its worst item is, and costs what all cost", () => {
  const states = nodeStates([
    run("a", "completed", "0.000000003", 10),
    run("a", "failed", "0.000000004", 30),
    run("a", "skipped"),
    run("b", "skipped"),
    run("b", "completed"),
    run("c", "skipped"),
    run("c", "skipped"),
  ]);
  expect(states.get("a")).toEqual({ status: "failed", runs: "2 runs · 1 skipped · 30 ms", cost: 7n });
  expect(states.get("b")).toEqual({ status: "completed", runs: "1 run · 1 skipped", cost: null });
  expect(states.get("c")).toEqual({ status: "skipped", runs: "2 skipped", cost: null });
});

test("what failed or was cancelled is not told as done", () => {
  const counts = { completedNodes: 6, skippedNodes: 1, failedNodes: 1, totalNodes: 8 };
  expect(progressOf({ ...counts, nodeExecutions: [run("a", "cancelled"), run("b", "cancelled")] })).toBe("7 of 10 nodes, 1 failed, 2 cancelled");
  expect(progressOf({ completedNodes: 3, totalNodes: 3, nodeExecutions: [] })).toBe("3 of 3 nodes");
});
