import { expect, test } from "vitest";
import { aboutOf, toSave } from "./about";
import type { Workflow } from "./api";

const WORKFLOW = { id: "wf", name: "w", description: "Says hello", category: null, tags: ["a", "b"], maxConcurrentRuns: 5, notifications: null } as unknown as Workflow;

test("who changes nothing about alerts leaves them as usual", () => {
  expect(toSave(aboutOf(WORKFLOW))).toEqual({ description: "Says hello", category: "", tags: ["a", "b"], maxConcurrentRuns: 5, notifications: null });
});

test("what is wished is said, and read again", () => {
  const saved = toSave({ ...aboutOf(WORKFLOW), alerts: new Set(["failure"]), cost: "0.50", slowFactor: "4" });
  expect(saved.notifications).toEqual({ alertTypes: ["failure"], costThresholdUsd: "0.50", slowFactor: 4 });
  expect(toSave({ ...aboutOf(WORKFLOW), cost: "0,50" }).notifications).toEqual({ costThresholdUsd: "0.50" });
  expect(aboutOf({ ...WORKFLOW, notifications: saved.notifications } as Workflow)).toMatchObject({ alerts: new Set(["failure"]), cost: "0.50", slowFactor: "4" });
});
