import { expect, test } from "vitest";
import type { Schemas } from "@/shared/api/client";
import { memberLevel, memberRows } from "./rows";

test("everyone is in the table: who spent nothing, and who has left", () => {
  const usage = {
    breakdown: [
      { category: "ann", runs: 3, tokens: 10, cost: "1.50" },
      { category: "gone", runs: 1, tokens: 5, cost: "0.25" },
      { category: "(none)", runs: 1, tokens: 5, cost: "0.25", unattributed: true },
    ],
  } as unknown as Schemas["Stats"];
  const budgets = [
    {
      dimension: "member",
      period: "month",
      values: [{ value: "ann", unit: "usd", limit: "2.00", percentage: 75 }],
    },
    { dimension: "member", period: { unit: "day" }, status: { value: "ann", unit: "usd", limit: "0.10", percentage: 92 } },
    { dimension: "model", values: [{ value: "ann", unit: "usd", limit: "1.00", percentage: 200 }] },
  ] as unknown as Schemas["Budget"][];
  const rows = memberRows(
    [
      { userId: "ann", name: "Ann" },
      { userId: "bob", name: "Bob" },
    ],
    usage,
    budgets,
  );
  expect(rows.map((row) => [row.name, row.runs, row.cost])).toEqual([
    ["Ann", 3, 1_500_000_000n],
    ["Bob", 0, 0n],
    ["gone", 1, 250_000_000n],
  ]);
  expect(rows[0]).toMatchObject({ budget: { percentage: 92, period: "day" }, level: "warning" });
  expect(rows[1]).toMatchObject({ budget: null, level: "calm" });
});

test.each([
  [76, "calm"],
  [85, "info"],
  [90, "warning"],
  [100, "critical"],
])("a member at %s %% is %s", (percentage, level) => expect(memberLevel(percentage)).toBe(level));
