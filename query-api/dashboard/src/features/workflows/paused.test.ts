import { expect, test } from "vitest";
import { pausedBecause } from "./paused";

test("what holds a run is told with the way out", () => {
  expect(pausedBecause({ status: "running" })).toBeNull();
  expect(pausedBecause({ status: "paused_budget", reason: { code: "execution_cost_limit", maxCostNanoUsd: 500_000_000 } })).toContain("$0.50.");
  expect(pausedBecause({ status: "paused_budget" })).toContain("resume");
  expect(pausedBecause({ status: "paused", reason: { code: "ambiguous_call", target: "CRM" } })).toContain("CRM");
});
