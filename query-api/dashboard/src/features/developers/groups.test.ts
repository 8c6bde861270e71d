import { expect, test } from "vitest";
import type { AgentUse } from "./api";
import { groupsOf, total } from "./groups";

function call(userId: string, model: string, agent: string, cost: string, reportedCost = "0.00"): AgentUse {
  return { userId, model, agent, cost, reportedCost, comparedRuns: 1, reportedOfCompared: reportedCost, costOfReported: reportedCost, sessions: 1, runs: 2, unpricedRuns: 0, totalTokens: 10, reportedRuns: 1 } as AgentUse;
}

const USES = [call("ann", "opus", "claude-code", "3.00", "2.90"), call("ann", "gpt-5", "codex", "0.50"), call("bob", "opus", "claude-code", "4.000000001")];

test("by developer, each has their models, the dearest first", () => {
  const groups = groupsOf(USES, "userId");
  expect(groups.map((group) => [group.name, group.sum.cost])).toEqual([
    ["bob", 4_000_000_001n],
    ["ann", 3_500_000_000n],
  ]);
  expect(groups[1]!.agents).toEqual(["claude-code", "codex"]);
  expect(groups[1]!.parts.map((part) => part.name)).toEqual(["opus", "gpt-5"]);
  expect(groups[1]!.sum.reported).toBe(2_900_000_000n);
});

test("by model, each has its developers, and both ways add up to the same", () => {
  const groups = groupsOf(USES, "model");
  expect(groups.map((group) => group.name)).toEqual(["opus", "gpt-5"]);
  expect(groups[0]!.parts.map((part) => part.name)).toEqual(["bob", "ann"]);
  expect(groups.reduce((sum, group) => sum + group.sum.cost, 0n)).toBe(total(USES).cost);
});
