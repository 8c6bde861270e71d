import { describe, expect, test } from "vitest";
import type { Budget, BudgetStatus } from "./api";
import { levelOf, reached } from "@/shared/api/budget-level";
import { suggestedLimit, usedOf, watched } from "./level";

function status(percentage: number, patch: Partial<BudgetStatus> = {}): BudgetStatus {
  return { unit: "usd", percentage, spent: "22.80", limit: "30.00", projected: null, isExceeded: percentage > 100, ...patch } as BudgetStatus;
}

test("a dollar of a million is not told as nothing", () => {
  expect(usedOf(status(0, { spent: "1.00", limit: "1000000.00" }))).toBe("<0.1%");
  expect(usedOf(status(0, { spent: "0.00" }))).toBe("0%");
  expect(usedOf(status(76))).toBe("76%");
});

describe("a budget's level", () => {
  test.each([
    [74.999, "calm"],
    [75, "info"],
    [89.99, "info"],
    [90, "warning"],
    [99.99, "warning"],
    [100, "critical"],
    [140, "critical"],
  ])("at %s %% it is %s", (percentage, level) => {
    expect(levelOf(status(percentage))).toBe(level);
  });

  test("follows the budget's own thresholds, amounts too", () => {
    expect(levelOf(status(50), [{ percent: 40, severity: "warning" }])).toBe("warning");
    expect(levelOf(status(76), [{ amountUsd: "22.80", severity: "info" }])).toBe("info");
    expect(levelOf(status(76), [{ amountUsd: "22.81", severity: "info" }])).toBe("calm");
  });

  test("is that of a threshold, of equally severe ones of the last", () => {
    const thresholds = [
      { percent: 50, severity: "info" as const },
      { percent: 75, severity: "info" as const },
      { percent: 100, severity: "critical" as const },
    ];
    expect(reached(status(60), thresholds)).toEqual({ level: "info", threshold: "50%" });
    expect(reached(status(80), thresholds)).toEqual({ level: "info", threshold: "75%" });
    expect(reached(status(120), thresholds)).toEqual({ level: "critical", threshold: "100%" });
    expect(reached(status(120), thresholds.slice(0, 2))).toEqual({ level: "critical", threshold: "" });
  });

  test("the severest comes first, of a budget for each value the furthest", () => {
    const budgets = [
      { id: "a", status: status(80) },
      { id: "b", values: [status(10, { value: "x" }), status(101, { value: "y" })] },
    ] as unknown as Budget[];
    expect(watched(budgets).map((one) => one.status.value ?? one.budget.id)).toEqual(["y", "a", "x"]);
  });
});

test("the suggested limit is round and above what is projected", () => {
  expect(suggestedLimit(status(76, { projected: "35.20" }))).toBe(40_000_000_000n);
  expect(suggestedLimit(status(123, { spent: "2.46", limit: "2.00", projected: "2.98" }))).toBe(3_000_000_000n);
});
