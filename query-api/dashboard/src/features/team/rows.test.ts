import { expect, test } from "vitest";
import type { Schemas } from "@/shared/api/client";
import { memberLevel, memberRows, nameOf, sorted, summaryOf } from "./rows";

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

test("members are counted and averaged by themselves; keys and people who are none are told apart", () => {
  const usage = {
    breakdown: [
      { category: "ann", runs: 3, tokens: 10, cost: "1.50" },
      { category: "key_0123abcd", runs: 9, tokens: 900, cost: "9.00" },
      { category: "bob", runs: 1, tokens: 20, cost: "0.50" },
      { category: "gone", runs: 1, tokens: 5, cost: "0.25" },
    ],
  } as unknown as Schemas["Stats"];
  const members = ["ann", "bob", "cid"].map((userId) => ({ userId, name: userId }));
  const rows = memberRows(members, usage, []);
  expect(rows.map((row) => [row.name, row.kind])).toEqual([
    ["ann", "member"],
    ["bob", "member"],
    ["cid", "member"],
    ["API key …abcd", "key"],
    ["gone", "other"],
  ]);
  expect(summaryOf(rows)).toEqual({ members: 3, active: 2, averageCost: 1_000_000_000n, averageTokens: 15, others: 2, othersCost: 9_250_000_000n });
  expect(summaryOf([])).toEqual({ members: 0, active: 0, averageCost: 0n, averageTokens: 0, others: 0, othersCost: 0n });
  expect(sorted(rows, "cost").map((row) => row.userId)).toEqual(["key_0123abcd", "ann", "bob", "gone", "cid"]);
  expect(sorted(rows, "name").map((row) => row.name)).toEqual(["ann", "API key …abcd", "bob", "cid", "gone"]);
});

test.each([
  [76, "calm"],
  [85, "info"],
  [90, "warning"],
  [100, "critical"],
])("a member at %s %% is %s", (percentage, level) => expect(memberLevel(percentage)).toBe(level));

test("who has an account and is no member any more is said to have left; what agents call someone stands as it is", () => {
  const names = new Map([["usr_01M8ANN", "Ann"]]);
  expect(["usr_01M8ANN", "usr_01M8GONE", "max@example.com"].map((id) => nameOf(id, names))).toEqual(["Ann", "someone who left (usr_…GONE)", "max@example.com"]);
  expect(nameOf("usr_01M8GONE", names, new Map([["usr_01M8GONE", "Gus"]]))).toBe("Gus");
});
