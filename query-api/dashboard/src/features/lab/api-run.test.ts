import { expect, test } from "vitest";
import { answerOf, chargedOf, definitionOf, isOver, whyNot, type Execution } from "./api-run";

const DRAFT = { text: "Hello {{not.a.reference}}", contextText: "", model: "gpt-4o", maxOutputTokens: null };

test("what a person writes is data of the run, and never a template", () => {
  const [node] = definitionOf(DRAFT, "").nodes;
  expect(node!.config).toEqual({ promptTemplate: "{{trigger.prompt}}", model: "gpt-4o" });
  expect(JSON.stringify(definitionOf({ ...DRAFT, contextText: "{{secrets.KEY}}", maxOutputTokens: 9 }, "simulated"))).not.toContain("secrets");
});

test("an answer without a price has no cost, which is not a cost of nothing", () => {
  const execution = { status: "completed", nodeExecutions: [{ output: { text: "Hi", model: "m", inputTokens: 3, outputTokens: 1, cost: null } }] } as unknown as Execution;
  expect(answerOf(execution)).toMatchObject({ text: "Hi", cost: null, simulated: false });
  expect(answerOf({ ...execution, status: "failed" })).toBeNull();
});

test("a run that a budget holds is waited for no longer", () => {
  expect(isOver({ status: "paused_budget" })).toBe(true);
  expect(isOver({ status: "running" })).toBe(false);
});

test("a run that is held says what holds it, and one that failed what went wrong", () => {
  const nodes = [{ errorMessage: "No key" }] as unknown as Execution["nodeExecutions"];
  const held = { status: "paused_budget" as const, reason: { code: "budget_unanswered", message: "The budgets did not answer" }, errorMessage: null, nodeExecutions: [] };
  expect(whyNot(held)).toBe("The budgets did not answer");
  expect(whyNot({ ...held, status: "failed", errorMessage: "Out of time" })).toBe("Out of time");
  expect(whyNot({ ...held, status: "failed", nodeExecutions: nodes })).toBe("No key");
  expect(whyNot({ ...held, reason: null })).toBeNull();
});

test("what a run was charged is told by direction, to the nanoUSD, and adds up", () => {
  const usage = [
    { unpriced: false, costs: { input: 150_001, inputImage: 7, cacheRead: 40, cacheWrite5m: 2, output: 600_003, reasoning: 9 } },
    { unpriced: false, costs: { input: 1 } },
  ];
  expect(chargedOf(usage)).toEqual({ input: 150_009n, output: 600_012n, cache: 42n, total: 750_063n });
  expect(chargedOf([...usage, { unpriced: true, costs: {} }])).toBeNull();
});
