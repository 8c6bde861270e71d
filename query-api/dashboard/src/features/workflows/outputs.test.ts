import { expect, test } from "vitest";
import { inputOf, isRefused, outputFilter, outputsFile, outputsUrl, periodName, readOutputSearch } from "./outputs";

const TEAM = { name: "Acme", params: { teamId: "team_1" } };
const OWN = { params: { userId: "user_1" } };
const NOW = Date.parse("2026-11-26T12:00:00Z");

test("which outputs are shown is in the address, and what makes no sense is left out", () => {
  const all = { workflow: "wf_1", tag: "nightly", empty: "yes", period: "month" };

  expect(readOutputSearch(all)).toEqual(all);
  expect(readOutputSearch({ workflow: "", tag: 7, empty: "no", period: "century", team: "team_1" })).toEqual({});
});

test("without a period the API says since when, so that no tier refuses the page", () => {
  expect(outputFilter(TEAM, {}, NOW)).toEqual({ teamId: "team_1" });
  expect(outputFilter(OWN, {}, NOW)).toEqual({});
  expect(outputFilter(TEAM, { workflow: "wf_1", tag: "nightly", empty: "yes", period: "day" }, NOW)).toEqual({
    teamId: "team_1",
    workflowId: "wf_1",
    tag: "nightly",
    empty: true,
    from: "2026-11-25T12:00:00.000Z",
  });
});

test("a period that the tier does not show is not offered", () => {
  expect(isRefused("day", 0)).toBe(true);
  expect(isRefused("month", 30)).toBe(false);
  expect(isRefused("month", 7)).toBe(true);
  expect(isRefused("month", null)).toBe(false);
});

test("a file, and a program, have what the view has", () => {
  expect(outputsFile(TEAM, { tag: "a&b", empty: "yes" }, "csv", NOW)).toEqual({
    url: "/api/workflow-outputs/export?teamId=team_1&tag=a%26b&empty=true&format=csv",
    name: "outputs-Acme-2026-11-26-week-a-b-empty.csv",
  });
  expect(outputsUrl(OWN, { period: "month" }, NOW)).toBe("/api/workflow-outputs?from=2026-10-27T12%3A00%3A00.000Z");
});

test.each([
  [undefined, null, "Last 7 days"],
  [undefined, 30, "Last 7 days"],
  [undefined, 3, "Last 3 days"],
  [undefined, 1, "Last 24 hours"],
  ["day", null, "Last 24 hours"],
  ["month", null, "Last 30 days"],
] as const)("the period %s, in a tier that shows %s days, is called %s", (period, shownDays, name) => expect(periodName(period, shownDays)).toBe(name));

test("when a schedule's run was due is told in one's own zone; what else it was begun with stays as it is", () => {
  expect(inputOf({ inputKey: "scheduledFor: 2026-11-27T10:50:00Z" }, "Asia/Tokyo")).toMatch(/^Due .*7:50/);
  expect(inputOf({ inputKey: "order 2026-11-27T10:50:00Z" }, "Asia/Tokyo")).toBe("order 2026-11-27T10:50:00Z");
  expect(inputOf({ inputKey: null }, "Asia/Tokyo")).toBeNull();
});
