import { queryOptions } from "@tanstack/react-query";
import { levelOf } from "@/shared/api/budget-level";
import { answer, api, type Schemas } from "@/shared/api/client";
import { fileName } from "@/shared/api/files";
import { tellsMembers, type Account } from "@/shared/session/account";
import { firstDayShown } from "@/shared/session/history";
import { daysOf, filtersOf, isCut, readOnly, statsRange, withoutOnly, type Only, type UsageSearch } from "./search";

export type Stats = Schemas["Stats"];
export type Figures = Schemas["StatsFigures"];
export type Share = Stats["breakdown"][number];
export type Savings = Schemas["Savings"];
export type UsageEntry = Schemas["UsageEntry"];

/** Who sees only their own part sees it by day, which is the ledger's. */
export function breakdownOf(account: Account, search: UsageSearch): string {
  return account.maySeeAll ? (search.by ?? "model") : "day";
}

/** Whether the breakdown is one that the account's tier does not have. */
export function lacksBreakdown(account: Account, search: UsageSearch): boolean {
  return breakdownOf(account, search) === "user" && !tellsMembers(account);
}

/** As the API is asked for it: in place of a breakdown that it would refuse, the days, which the page shows all the same. */
function groupedBy(account: Account, search: UsageSearch): string {
  return lacksBreakdown(account, search) ? "day" : breakdownOf(account, search);
}

function stats(account: Account, search: UsageSearch, zone: string, onlys: readonly Only[], groupBy: string) {
  // A day in it is the range.
  const range = onlys.some((one) => one.dimension === "day") ? {} : statsRange(search, zone, new Date());
  const query = { ...account.visible, ...range, ...filtersOf(onlys), groupBy, timezone: zone };
  return queryOptions({
    queryKey: ["usage", account.key, "stats", query],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/stats", { params: { query }, signal })),
  });
}

/** What the page is narrowed down to, in total and by day; of everything, one answer has the breakdown too. */
export function shownQuery(account: Account, search: UsageSearch, zone: string) {
  const onlys = readOnly(search.only);
  return stats(account, search, zone, onlys, onlys.length === 0 ? groupedBy(account, search) : "day");
}

/** A breakdown is narrowed down by the other dimensions: of its own, one can choose another value. */
export function breakdownQuery(account: Account, search: UsageSearch, zone: string) {
  const by = groupedBy(account, search);
  return stats(account, search, zone, withoutOnly(readOnly(search.only), by), by);
}

/** Every prompt, where the dearest of the account are not what is asked for. */
export function promptsQuery(account: Account, search: UsageSearch, zone: string) {
  return stats(account, search, zone, withoutOnly(readOnly(search.only), "prompt"), "prompt");
}

/** This month so far, and where it is heading. */
export function monthQuery(account: Account, zone: string) {
  const query = { ...account.visible, period: "month", groupBy: "day", timezone: zone } as const;
  return queryOptions({
    queryKey: ["usage", account.key, "month", query],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/stats", { params: { query }, signal })),
  });
}

/** What everything of the account may cost, if there is such a limit. The key is the budget page's: what is set there is known here. */
export function wholeBudgetQuery(account: Account) {
  return queryOptions({
    queryKey: ["budgets", account.key, "all"],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/budgets", { params: { query: account.params }, signal })),
    enabled: account.maySeeAll,
    // The one that is the furthest says the most.
    select: ({ budgets }) =>
      budgets
        .filter((budget) => budget.dimension === "account" && budget.status?.unit === "usd")
        .flatMap(({ status, period, thresholds }) => (status ? [{ ...status, period, level: levelOf(status, thresholds) }] : []))
        .sort((a, b) => b.percentage - a.percentage)[0] ?? null,
  });
}

/** How the account could spend less. */
export function savingsQuery(account: Account, search: UsageSearch, zone: string) {
  const query = { ...account.visible, ...statsRange(search, zone, new Date()), timezone: zone };
  return queryOptions({
    queryKey: ["usage", account.key, "savings", query],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/suggestions", { params: { query }, signal })),
  });
}

export const PAGE_SIZE = 25;

function historyQuery(account: Account, search: UsageSearch, zone: string) {
  const now = new Date();
  const { startDate, endDate } = daysOf(search, zone, now);
  return {
    ...account.visible,
    // Without its first day it begins where the statistics of the same period do, which are cut and not refused.
    ...(isCut(search, firstDayShown(account, zone, now), zone, now) ? {} : { startDate }),
    endDate,
    ...filtersOf(readOnly(search.only)),
    ...(search.type ? { executionType: search.type as "prompt_run" } : {}),
    ...(search.unpriced ? { unpriced: true } : {}),
    timezone: zone,
  };
}

/** How often what is sorted is asked for again: each time, all of it is looked at. */
const SORTED_REFRESH_MS = 30_000;

export function activityQuery(account: Account, search: UsageSearch, zone: string) {
  const query = {
    ...historyQuery(account, search, zone),
    ...(search.sort ? { sort: search.sort } : {}),
    ...(search.order ? { order: "asc" as const } : {}),
    limit: PAGE_SIZE,
    ...(search.page ? { cursor: search.page } : {}),
  };
  return queryOptions({
    queryKey: ["usage", account.key, "activity", query],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/usage", { params: { query }, signal })),
    meta: { isCalm: search.sort !== undefined },
    refetchInterval: search.sort ? SORTED_REFRESH_MS : false,
  });
}

/** Whether it is asked again with the events that stream in. */
export function isLive(query: { meta?: Record<string, unknown> | undefined }): boolean {
  return query.meta?.isCalm !== true;
}

export function exportUrl(account: Account, search: UsageSearch, zone: string, format: string): string {
  const params = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(historyQuery(account, search, zone))) {
    params.set(name, String(value));
  }
  return `/api/token-tracking/export?${params}`;
}

/** Says whose it is, of which days and of what. */
export function exportName(account: Account, search: UsageSearch, zone: string, format: string): string {
  const onlys = readOnly(search.only);
  const day = onlys.find((one) => one.dimension === "day")?.value;
  const { startDate, endDate } = day === undefined ? daysOf(search, zone, new Date()) : { startDate: day, endDate: day };
  const days = startDate === endDate ? startDate : `${startDate}-to-${endDate}`;
  return fileName(
    ["usage", account.name, days, ...withoutOnly(onlys, "day").map((one) => one.value), search.type ?? "", search.unpriced ? "unpriced" : ""],
    format,
  );
}

export function liveUrl(account: Account): string {
  return `/api/token-tracking/stream?${new URLSearchParams(account.visible as Record<string, string>)}`;
}
