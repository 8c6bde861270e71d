import { expect, test } from "vitest";
import { exactUsd, nanoUsd } from "@/shared/format/money";
import type { NodeExecution, NodeSummary } from "./api";
import { isSettled, nodeStates, progressOf } from "./use-execution";

function run(nodeId: string, status: string, cost = "0", executionTimeMs = 0): NodeExecution {
  return { id: `${nodeId}${status}`, nodeId, scope: "", status, cost, executionTimeMs } as NodeExecution;
}

const NOW = Date.parse("2026-11-27T12:00:00Z");

function statesOf(runs: NodeExecution[], execution: { status: string; reason?: unknown } = { status: "running" }) {
  return nodeStates({ ...execution, nodes: summariesOf(runs) }, "UTC", NOW);
}

/** As the API tells what runs come to. */
function summariesOf(runs: NodeExecution[]): NodeSummary[] {
  return [...new Set(runs.map((one) => one.nodeId))].map((nodeId) => {
    const ofNode = runs.filter((one) => one.nodeId === nodeId);
    const cost = ofNode.reduce((sum, one) => sum + nanoUsd(one.cost ?? "0"), 0n);
    const states = [...new Set(ofNode.map((one) => one.status))].map((status) => {
      const alike = ofNode.filter((one) => one.status === status);
      const waits = alike.flatMap((one) => one.waitsUntil ?? []).sort();
      return { status, runs: alike.length, waitsUntil: waits.length === alike.length ? waits[0]! : null };
    });
    const kept = ofNode.filter((one) => one.kept);
    const unpricedCalls = ofNode.reduce((sum, one) => sum + (one.unpricedCalls ?? 0), 0);
    const longestMs = Math.max(...ofNode.map((one) => (one.kept ? 0 : (one.executionTimeMs ?? 0))));
    return { nodeId, runs: ofNode.length, kept: kept.length, tokens: 0, cost: exactUsd(cost), costNanoUsd: Number(cost), unpricedCalls, longestMs, states };
  });
}

test("a delay that is under way says until when, and so does what is tried again; where another item is worked at, nothing waits", () => {
  const until = "2026-11-27T12:30:00Z";
  const wait = { ...run("wait", "running"), waitsUntil: until };
  const states = statesOf([wait, { ...run("shaky", "retrying"), waitsUntil: until }, { ...run("each", "running"), waitsUntil: until }, run("each", "running")]);
  expect(states.get("wait")).toMatchObject({ status: "running", runs: expect.stringMatching(/^Waiting until 12:30:00\sPM$/) as string });
  expect(states.get("shaky")).toMatchObject({ status: "retrying", runs: expect.stringMatching(/^Retrying at 12:30:00\sPM$/) as string });
  expect(states.get("each")).toMatchObject({ status: "running", words: "Running" });
});

test("the node that an execution stands still for says so, and the others wait for their turn", () => {
  const runs = [run("ask", "queued"), run("other", "queued"), run("ready", "completed")];
  const states = statesOf(runs, { status: "paused_budget", reason: { code: "budget_exceeded", nodeId: "ask" } });
  expect([...states.values()].map((state) => `${state.status}: ${state.runs}`)).toEqual(["paused_budget: Paused by a budget", "queued: Queued", "completed: Completed"]);
});

test("a node is as its worst item is, and costs what all cost", () => {
  const states = statesOf([
    run("a", "completed", "0.000000003", 10),
    run("a", "failed", "0.000000004", 30),
    run("a", "skipped"),
    run("b", "skipped"),
    run("b", "completed"),
    run("c", "skipped"),
    run("c", "skipped"),
  ]);
  expect(states.get("a")).toEqual({ status: "failed", words: "Failed", runs: "2 runs · 1 skipped · 30 ms", cost: 7n, unpriced: 0 });
  expect(states.get("b")).toEqual({ status: "completed", words: "Completed", runs: "1 run · 1 skipped", cost: null, unpriced: 0 });
  expect(states.get("c")).toEqual({ status: "skipped", words: "Skipped", runs: "2 skipped", cost: null, unpriced: 0 });
});

test("what was skipped, failed or was cancelled is not told as done, and what was not reached is counted", () => {
  const counts = { completedNodes: 6, skippedNodes: 1, failedNodes: 1, totalNodes: 8 };
  expect(progressOf({ ...counts, nodes: summariesOf([run("a", "cancelled"), run("b", "cancelled")]) }, 4)).toBe("6 of 10 nodes, 1 skipped, 1 failed, 2 cancelled");
  expect(progressOf({ completedNodes: 3, totalNodes: 3, nodes: [] }, 3)).toBe("3 of 3 nodes");
  expect(progressOf({ completedNodes: 1, failedNodes: 1, totalNodes: 2, nodes: [] }, 4)).toBe("1 of 4 nodes, 1 failed");
  expect(progressOf({ completedNodes: 1, totalNodes: 2, nodes: [] }, 0)).toBe("1 of 2 nodes");
});

test("what another run has done takes no time of this one, and says so in the graph", () => {
  const kept = { ...run("a", "completed", "0", 14), kept: true };
  expect(statesOf([kept]).get("a")).toMatchObject({ runs: "Kept from the run before" });
  expect(statesOf([kept, run("a", "completed", "0", 30)]).get("a")).toMatchObject({ runs: "2 runs · 30 ms" });
});

test("a run is settled when it is over and its last call is answered, or so long over that nobody hears of it any more", () => {
  const over = { status: "cancelled" as const, completedAt: "2026-11-27T11:55:00Z" };
  expect(isSettled({ status: "running", callsUnderWay: 0 }, NOW)).toBe(false);
  expect(isSettled({ ...over, callsUnderWay: 1 }, NOW)).toBe(false);
  expect(isSettled({ ...over, callsUnderWay: 0 }, NOW)).toBe(true);
  expect(isSettled({ ...over, callsUnderWay: 1, completedAt: "2026-11-27T11:49:59Z" }, NOW)).toBe(true);
});

test("a node is told as all of its runs are, though not all of them are loaded", () => {
  const work: NodeSummary = {
    ...summariesOf([run("work", "completed", "0.0453684", 595), run("work", "failed")])[0]!,
    runs: 1100,
    states: [
      { status: "completed", runs: 1099, waitsUntil: null },
      { status: "failed", runs: 1, waitsUntil: null },
    ],
  };
  expect(nodeStates({ status: "completed", nodes: [work] }, "UTC", NOW).get("work")).toMatchObject({ status: "failed", runs: "1,100 runs · 595 ms", cost: 45_368_400n });
});

test("of many items the one that an execution stands still for is found by its node", () => {
  const reason = { code: "budget_exceeded", nodeId: "ask", scope: "list[3]" };
  expect(statesOf([run("ask", "queued"), run("ask", "completed")], { status: "paused_budget", reason }).get("ask")?.status).toBe("paused_budget");
});

test("what of a node has no price is told beside its cost", () => {
  expect(statesOf([run("ask", "completed", "0.000000003"), { ...run("ask", "completed"), unpricedCalls: 2 }]).get("ask")).toMatchObject({ cost: 3n, unpriced: 2 });
});
