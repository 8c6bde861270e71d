import { expect, test } from "vitest";
import { answerOf, definitionOf, isOver, type Execution } from "./api-run";

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
