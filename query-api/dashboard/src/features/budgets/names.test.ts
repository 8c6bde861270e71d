import { expect, test } from "vitest";
import type { Budget } from "./api";
import { wholeBesideForm, zoneOf } from "./names";

test("what limits everything each month already is told apart from the plain form's own", () => {
  const budgets = [
    { id: "budget_monthly_1f", dimension: "account", period: { unit: "month", timezone: "UTC" } },
    { id: "budget_whole", dimension: "account", period: { unit: "month", timezone: "UTC" } },
    { id: "budget_daily", dimension: "account", period: "day" },
    { id: "budget_each", dimension: "member", period: "month" },
  ] as unknown as Budget[];
  expect(wholeBesideForm(budgets).map((budget) => budget.id)).toEqual(["budget_whole"]);
});

test("a budget's periods begin in its own zone, or in the account's where it names none", () => {
  expect(zoneOf({ period: { unit: "month", timezone: "Asia/Tokyo" } } as Budget, "Europe/Berlin")).toBe("Asia/Tokyo");
  expect(zoneOf({ period: { unit: "month" } } as Budget, "Europe/Berlin")).toBe("Europe/Berlin");
  expect(zoneOf({ period: "month" } as Budget, "Europe/Berlin")).toBe("Europe/Berlin");
});
