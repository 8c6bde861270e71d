import { expect, test } from "vitest";
import { costLimitOf, heldBy, nextLimit, pausedBecause, turnOf } from "./paused";

test("what holds a run is told with the way out", () => {
  expect(pausedBecause({ status: "running" })).toBeNull();
  expect(pausedBecause({ status: "paused_budget", reason: { code: "execution_cost_limit", maxCostNanoUsd: 500_000_000 } })).toContain("$0.50.");
  expect(pausedBecause({ status: "paused_budget", reason: { code: "execution_cost_limit", maxCostNanoUsd: 1_500_000_000_000 } })).toContain("$1,500.00.");
  expect(pausedBecause({ status: "paused_budget" })).toContain("resume");
  expect(pausedBecause({ status: "paused", reason: { code: "ambiguous_call", target: "CRM" } })).toContain("CRM");
});

test("what a run may cost that its own limit holds is known, and a round amount above that and above what it has cost is proposed", () => {
  const held = { status: "paused_budget", reason: { code: "execution_cost_limit", maxCostNanoUsd: 400_000, message: "resume it with a higher maxCostUsd, or cancel" } };
  expect(costLimitOf(held)).toBe(400_000n);
  expect(costLimitOf({ ...held, status: "failed" })).toBeNull();
  expect(costLimitOf({ ...held, reason: { code: "execution_cost_unknown", maxCostNanoUsd: 400_000 } })).toBeNull();
  expect(pausedBecause(held)).toBe("The next call could take this run beyond its own limit of $0.0004. Resume it with a higher one, or cancel.");
  expect(nextLimit(400_000n, 300_000n)).toBe(1_000_000n);
  expect(nextLimit(400_000n, 700_000n)).toBe(2_000_000n);
  expect(nextLimit(1_000_000_000n, 0n)).toBe(2_000_000_000n);
  expect(nextLimit(0n, 0n)).toBe(1n);
});

test("a run that waits in the queue of an archived workflow says so", () => {
  const message = "The workflow's status is archived, so that nothing of it begins: set it to active, or cancel it";
  expect(pausedBecause({ status: "queued", reason: { code: "workflow_not_active", message } })).toBe(message);
  expect(pausedBecause({ status: "queued", reason: null })).toBeNull();
});

test("a run that waits for its turn says for how many, and one that is held by something else does not", () => {
  const queue = { running: 1, maxConcurrentRuns: 1, ahead: 0 };
  expect(turnOf({ status: "queued", reason: null, queue })).toMatch(/^One run of this workflow goes at a time, and another is under way\..*: it is the next\./);
  expect(turnOf({ status: "queued", reason: null, queue: { running: 3, maxConcurrentRuns: 3, ahead: 59 } })).toMatch(/^3 runs of this workflow go at a time, and 3 are under way\..*: 59 wait that came before it\./);
  expect(turnOf({ status: "queued", reason: null, queue: { ...queue, running: 0 } })).toBeNull();
  expect(turnOf({ status: "queued", reason: { code: "workflow_not_active" }, queue })).toBeNull();
  expect(turnOf({ status: "running", reason: null })).toBeNull();
});

test("a run whose budgets did not answer is not said to be stopped by one", () => {
  const held = { status: "paused_budget", reason: { code: "budget_unanswered", nodeId: "a" } };
  expect(pausedBecause(held)).toMatch(/did not answer.*Resume to ask again/);
  expect(pausedBecause(held)).not.toContain("Increase");
  expect(heldBy(held)).toBe("Paused: budgets did not answer");
  expect(heldBy({ status: "paused_budget", reason: null })).toBeNull();
  expect(heldBy({ ...held, status: "completed" })).toBeNull();
});

test("a run that waits for calls under way is not said to be stopped by a budget that is spent", () => {
  const held = { status: "paused_budget", reason: { code: "budget_reserved", nodeId: "a" } };
  expect(heldBy(held)).toBe("Paused: calls under way come first");
  expect(pausedBecause(held)).toMatch(/calls under way.*No budget is spent.*Resume to ask at once/);
  expect(pausedBecause(held)).not.toContain("Increase");
});

test("a run that waits for its own limit is not said to be stopped by a budget, and one that waits for a budget is", () => {
  expect(heldBy({ status: "paused_budget", reason: { code: "execution_cost_limit" } })).toBe("Paused by its own cost limit");
  expect(heldBy({ status: "paused_budget", reason: { code: "execution_cost_unknown" } })).toBe("Paused: a model has no price");
  expect(pausedBecause({ status: "paused_budget", reason: { code: "execution_cost_unknown" } })).toMatch(/no price.*and resume/);
  expect(heldBy({ status: "paused_budget", reason: { code: "budget_exceeded" } })).toBeNull();
  expect(heldBy({ status: "paused_budget", reason: { code: "constructor" } })).toBeNull();
});
