import { describe, expect, test, vi } from "vitest";
import { addDays } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { nextOrder, numberOf, pagesBehind } from "./activity";
import { activityQuery, isLive } from "./api";
import { changed, daysOf, filtersOf, isAmong, isCut, lacksPrevious, mendedRange, readOnly, readUsageSearch, statsRange, withinHistory, withOnly, withoutOnly, writeOnly, type UsageSearch } from "./search";

describe("the address of a view", () => {
  test("keeps what makes sense and leaves out what does not", () => {
    expect(
      readUsageSearch({ range: "month", zone: "Asia/Kathmandu", by: "tag:env", only: "model:gpt-4o", sort: "cost", order: "up" }),
    ).toEqual({ range: "month", zone: "Asia/Kathmandu", by: "tag:env", only: "model:gpt-4o", sort: "cost", order: "up" });
    expect(
      readUsageSearch({ range: "decade", zone: "Mars/Base", by: "colour", only: "colour:red", sort: "size", from: "2026-11-31" }),
    ).toEqual({});
  });

  test("holds whether every row and the numbers of the days are shown, until the breakdown is by something else", () => {
    const view: UsageSearch = { all: "yes", trend: "table", page: "p2", sort: "user" };
    expect(readUsageSearch({ ...view })).toEqual(view);
    expect(readUsageSearch({ all: "no", trend: "chart" })).toEqual({});
    expect(changed(view, { top: "runs" })).toEqual({ ...view, top: "runs" });
    expect(changed(view, { by: "user" })).toEqual({ trend: "table", page: "p2", sort: "user", by: "user" });
    expect(changed(view, { all: undefined })).toEqual({ trend: "table", page: "p2", sort: "user" });
  });

  test("leads to the first page when other runs are listed", () => {
    expect(changed({ page: "p2", sort: "user" }, { type: "preview" })).toEqual({ sort: "user", type: "preview" });
    expect(changed({ page: "p2" }, { page: "p3" })).toEqual({ page: "p3" });
    expect(changed({ page: "p2" }, { page: undefined })).toEqual({});
  });

  test("a custom range needs two days in their order", () => {
    expect(readUsageSearch({ range: "custom", from: "2026-11-01", to: "2026-11-03" })).toEqual({
      range: "custom",
      from: "2026-11-01",
      to: "2026-11-03",
    });
    expect(readUsageSearch({ range: "custom", from: "2026-11-03", to: "2026-11-01" })).toEqual({});
  });

  test("two days without more are a custom range, and a range that is known goes before them", () => {
    const days = { from: "2026-11-01", to: "2026-11-03" };
    expect(readUsageSearch(days)).toEqual({ range: "custom", ...days });
    expect(readUsageSearch({ range: "decade", ...days })).toEqual({ range: "custom", ...days });
    expect(readUsageSearch({ range: "month", ...days })).toEqual({ range: "month" });
    expect(readUsageSearch({ from: days.to, to: days.from })).toEqual({});
    expect(readUsageSearch({ from: days.from })).toEqual({});
  });

  test("says of its range what is shown", () => {
    const mended = (raw: Record<string, unknown>, historyDays: number | null = null) => mendedRange(raw, withinHistory(readUsageSearch(raw), historyDays));
    expect(mended({})).toBeNull();
    expect(mended({ range: "month", by: "colour" })).toBeNull();
    expect(mended({ range: "custom", from: "2026-11-01", to: "2026-11-03" })).toBeNull();
    expect(mended({ range: "decade" })).toEqual({ range: "30d", from: undefined, to: undefined });
    expect(mended({ range: "decade" }, 7)).toEqual({ range: "7d", from: undefined, to: undefined });
    expect(mended({ range: "week", from: "2026-11-01" })).toEqual({ range: "week", from: undefined, to: undefined });
    expect(mended({ from: "2026-11-01", to: "2026-11-03" })).toEqual({ range: "custom", from: "2026-11-01", to: "2026-11-03" });
  });

  test("a value may hold a colon", () => {
    expect(readOnly("model:ft:gpt-4o:acme")).toEqual([{ dimension: "model", value: "ft:gpt-4o:acme" }]);
    expect(readOnly("tag:env:prod")).toEqual([{ dimension: "tag:env", value: "prod" }]);
    expect(filtersOf([{ dimension: "tag:env", value: "prod" }])).toEqual({ tag: "env:prod" });
  });

  test("holds several parts at once, one of each dimension, whatever their values are", () => {
    const onlys = [
      { dimension: "model", value: "gpt-4o" },
      { dimension: "prompt", value: "~a~~b~model:x~" },
      { dimension: "day", value: "2026-11-03" },
    ];
    expect(readOnly(writeOnly(onlys))).toEqual(onlys);
    expect(readUsageSearch({ only: writeOnly(onlys) })).toEqual({ only: writeOnly(onlys) });
    expect(filtersOf(onlys)).toEqual({ model: "gpt-4o", promptId: "~a~~b~model:x~", startDate: "2026-11-03", endDate: "2026-11-03" });
    expect(readOnly("model:a~colour:red~model:b~tag:x:1~tag:y:2")).toEqual([
      { dimension: "model", value: "a" },
      { dimension: "tag:x", value: "1" },
    ]);
    expect(writeOnly([])).toBeUndefined();
  });

  test("takes another value in place of the one before, and each can be taken away", () => {
    const both = withOnly([{ dimension: "model", value: "a" }], { dimension: "user", value: "ann" });
    expect(withOnly(both, { dimension: "model", value: "b" })).toEqual([
      { dimension: "user", value: "ann" },
      { dimension: "model", value: "b" },
    ]);
    expect(withoutOnly(both, "model")).toEqual([{ dimension: "user", value: "ann" }]);
    expect(isAmong(both, { dimension: "model", value: "a" })).toBe(true);
    expect(isAmong(both, { dimension: "model", value: "b" })).toBe(false);
  });
});

describe("a range", () => {
  // Already the 26th in Kathmandu, still the 25th in Los Angeles.
  const now = new Date("2026-11-25T19:00:00Z");

  test("ends today, which is another day in another zone", () => {
    expect(daysOf({ range: "day" }, "Asia/Kathmandu", now)).toEqual({ startDate: "2026-11-26", endDate: "2026-11-26" });
    expect(daysOf({ range: "day" }, "America/Los_Angeles", now)).toEqual({ startDate: "2026-11-25", endDate: "2026-11-25" });
  });

  test("counts thirty days with today, and weeks from Monday", () => {
    expect(daysOf({}, "UTC", now)).toEqual({ startDate: "2026-10-27", endDate: "2026-11-25" });
    expect(daysOf({ range: "week" }, "UTC", now).startDate).toBe("2026-11-23");
    expect(daysOf({ range: "week" }, "UTC", new Date("2026-11-29T12:00:00Z")).startDate).toBe("2026-11-23");
  });

  test("that nobody has chosen is no longer than what the tier shows; one that was chosen is asked for as it is", () => {
    expect(withinHistory({ by: "model" }, 7)).toEqual({ by: "model", range: "7d" });
    expect(withinHistory({}, 6)).toEqual({ range: "day" });
    expect(withinHistory({}, 1)).toEqual({ range: "day" });
    expect(withinHistory({}, 90)).toEqual({});
    expect(withinHistory({}, null)).toEqual({});
    expect(withinHistory({}, undefined)).toEqual({});
    expect(withinHistory({ range: "90d" }, 7)).toEqual({ range: "90d" });
  });

  test("of the calendar that begins before what the tier shows is cut; any other is refused", () => {
    expect(isCut({ range: "month" }, "2026-11-18", "UTC", now)).toBe(true);
    expect(isCut({ range: "week" }, "2026-11-18", "UTC", now)).toBe(false);
    expect(isCut({ range: "30d" }, "2026-11-18", "UTC", now)).toBe(false);
    expect(isCut({ range: "month" }, null, "UTC", now)).toBe(false);
    expect(isCut({ range: "month" }, "2026-10-30", "UTC", new Date("2026-11-06T00:00:00Z"))).toBe(false);
  });

  test.each([
    ["7d", "2026-11-12"],
    ["day", "2026-11-24"],
    ["week", "2026-11-16"],
    ["month", "2026-10-01"],
    ["year", "2025-01-01"],
    ["30d", "2026-09-27"],
  ] as const)("of %s is compared with what begins on %s, or with nothing", (range, start) => {
    expect(lacksPrevious({ range }, start, "UTC", now)).toBe(false);
    expect(lacksPrevious({ range }, addDays(start, 1), "UTC", now)).toBe(true);
    expect(lacksPrevious({ range }, null, "UTC", now)).toBe(false);
    expect(lacksPrevious({ range, only: "day:2026-11-24" }, "2026-11-23", "UTC", now)).toBe(false);
    expect(lacksPrevious({ range, only: "day:2026-11-24" }, "2026-11-24", "UTC", now)).toBe(true);
  });

  test("of the calendar is asked for as a period, so that it is compared with as much of the one before", () => {
    expect(statsRange({ range: "month" }, "UTC", now)).toEqual({ period: "month" });
    expect(statsRange({ range: "7d" }, "UTC", now)).toEqual({ startDate: "2026-11-19", endDate: "2026-11-25" });
  });
});

describe("recent activity", () => {
  test("begins with the newest, the dearest or A, and is turned round by the same column", () => {
    expect(nextOrder("time", {})).toEqual({ order: "up" });
    expect(nextOrder("cost", {})).toEqual({ sort: "cost" });
    expect(nextOrder("cost", { sort: "cost" })).toEqual({ sort: "cost", order: "up" });
    expect(nextOrder("cost", { sort: "cost", order: "up" })).toEqual({ sort: "cost" });
    expect(nextOrder("model", { sort: "cost", order: "up" })).toEqual({ sort: "model", order: "up" });
    expect(nextOrder("time", { sort: "prompt", order: "up" })).toEqual({});
    expect(nextOrder("user", {})).toEqual({ sort: "user", order: "up" });
    expect(nextOrder("execution_type", { sort: "execution_type", order: "up" })).toEqual({ sort: "execution_type" });
  });

  test("counts its pages from the first, also when the browser's own way back was taken; from the middle nobody can", () => {
    const been = [undefined, "p2", "p3"];
    const place = (page: string | undefined) => [pagesBehind(been, page), numberOf(pagesBehind(been, page), page)];
    expect(place("p4")).toEqual([been, 4]);
    expect(place("p3")).toEqual([[undefined, "p2"], 3]);
    expect(place(undefined)).toEqual([[], 1]);
    expect(numberOf(pagesBehind([], "p7"), "p7")).toBeNull();
    expect(numberOf(pagesBehind(["p7"], "p8"), "p8")).toBeNull();
  });

  test("of this month begins where the statistics do, and not with a refusal, in a tier that does not show all of it", () => {
    vi.setSystemTime("2026-11-25T19:00:00Z");
    const asked = (features: object, search: UsageSearch) => activityQuery({ key: "acme", visible: {}, features } as unknown as Account, search, "UTC").queryKey[3];
    expect(asked({ historyDays: 7 }, { range: "month" })).not.toHaveProperty("startDate");
    expect(asked({ historyDays: 7 }, { range: "month" })).toMatchObject({ endDate: "2026-11-25" });
    expect(asked({ historyDays: 90 }, { range: "month" })).toMatchObject({ startDate: "2026-11-01" });
    expect(asked({}, { range: "month" })).toMatchObject({ startDate: "2026-11-01" });
    expect(asked({ historyDays: 7 }, { range: "90d" })).toMatchObject({ startDate: "2026-08-28" });
    vi.useRealTimers();
  });

  test("is sorted by the server, all of it, and not anew with each event", () => {
    const account = { key: "acme", visible: { teamId: "acme" }, features: {} } as unknown as Account;
    const asked = (search: UsageSearch) => activityQuery(account, search, "UTC").queryKey[3];
    expect(asked({ sort: "cost", order: "up", page: "1-1.cost.asc.MQ" })).toMatchObject({ sort: "cost", order: "asc", cursor: "1-1.cost.asc.MQ" });
    expect(asked({})).not.toHaveProperty("sort");
    expect(isLive(activityQuery(account, {}, "UTC"))).toBe(true);
    expect(isLive(activityQuery(account, { sort: "cost" }, "UTC"))).toBe(false);
  });
});
