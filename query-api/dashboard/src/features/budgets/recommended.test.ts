import { expect, test } from "vitest";
import { reasonOf } from "./recommended";

test("the reason is the one that decided the amount", () => {
  expect(reasonOf({ monthlyBudgetUsd: "30.00", basis: "volume", expectedCost: "0.135" }, "50-200")).toBe(
    "What is usual for 50–200 prompts a month. 200 prompts on the dearest of your models would cost about $0.14.",
  );
  expect(reasonOf({ monthlyBudgetUsd: "360.00", basis: "volume", expectedCost: "180.00" }, "500+")).toBe(
    "2,000 prompts on the dearest of your models would cost about $180.00. This is twice that, in steps of $5.",
  );
  expect(reasonOf({ monthlyBudgetUsd: "10.00", basis: "volume", expectedCost: "0.00" }, "1-50")).toBe("What is usual for 1–50 prompts a month.");
  expect(reasonOf({ monthlyBudgetUsd: "45.00", basis: "spend", expectedCost: "35.20" }, "1-50")).toContain("heading for $35.20");
});
