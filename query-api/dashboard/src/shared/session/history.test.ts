import { expect, test } from "vitest";
import { ProblemError } from "@/shared/api/client";
import type { Account } from "./account";
import { firstDayShown, historyRefused } from "./history";

const of = (historyDays?: number | null) => ({ features: { historyDays } }) as unknown as Pick<Account, "features">;

test.each([
  // The API shows what is since the 18th, 0:00 in UTC.
  ["UTC", "2026-11-25T19:00:00Z", "2026-11-18"],
  // There the 18th began at 18:15 of the 17th in UTC, which is not shown.
  ["Asia/Kathmandu", "2026-11-25T19:00:00Z", "2026-11-19"],
  ["America/Los_Angeles", "2026-11-25T19:00:00Z", "2026-11-18"],
  ["UTC", "2026-11-25T00:00:00Z", "2026-11-18"],
])("in %s, of seven days at %s all is shown from %s on", (zone, now, day) => {
  expect(firstDayShown(of(7), zone, new Date(now))).toBe(day);
});

test("where the tier has no limit every day is shown", () => {
  expect(firstDayShown(of(null), "UTC", new Date())).toBeNull();
  expect(firstDayShown(of(), "UTC", new Date())).toBeNull();
});

test("only what was refused for its age says how many days there are", () => {
  const refused = (body: object) => historyRefused(new ProblemError(403, body));
  expect(refused({ code: "tier_limit", limit: { name: "historyDays", max: 7, current: null, tier: "free" } })).toBe(7);
  expect(refused({ code: "tier_limit", limit: { name: "memberAnalytics", max: null, current: null, tier: "free" } })).toBeNull();
  expect(refused({ code: "tier_limit" })).toBeNull();
  expect(refused({ code: "forbidden" })).toBeNull();
  expect(historyRefused(new TypeError("no network"))).toBeNull();
});
