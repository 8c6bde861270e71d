import { addDays, isDate, isZone, today } from "@/shared/format/time";

export const RANGES = ["day", "7d", "week", "30d", "month", "90d", "year", "custom"] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_LABELS: Record<Range, string> = {
  day: "Today",
  "7d": "Last 7 days",
  week: "This week",
  "30d": "Last 30 days",
  month: "This month",
  "90d": "Last 90 days",
  year: "This year",
  custom: "Custom range",
};

export const DIMENSIONS = ["model", "provider", "user", "prompt", "workflow", "execution_type", "api_key", "day"] as const;

export const DIMENSION_LABELS: Record<(typeof DIMENSIONS)[number], string> = {
  model: "Model",
  provider: "Provider",
  user: "Member",
  prompt: "Prompt",
  workflow: "Workflow",
  execution_type: "Kind of run",
  api_key: "API key",
  day: "Day",
};

/** Of which kinds the recent activity can be. */
export const RUN_TYPES = ["prompt_run", "preview", "improvement", "agent_generation", "workflow_node"] as const;

/** What the recent activity is sorted by, if not by time. */
export const SORTS = ["model", "prompt", "user", "execution_type", "tokens", "cost"] as const;

/** Everything that a view of the usage page is: the address holds it, so the address can be shared. */
export interface UsageSearch {
  team?: string;
  zone?: string;
  range?: Range;
  from?: string;
  to?: string;
  /** What the breakdown is by; tag:<name> too. */
  by?: string;
  /** Whether every row of the breakdown is shown, and not only the dearest. */
  all?: "yes";
  /** Whether the days are shown as numbers. */
  trend?: "table";
  /** What the page is narrowed down to: <dimension>:<value>, several with ~ between them. */
  only?: string;
  /** What the top prompts are first in, if not in cost. */
  top?: "runs" | "each";
  /** Of the recent activity. */
  type?: string;
  unpriced?: "yes";
  sort?: (typeof SORTS)[number];
  order?: "up";
  page?: string;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads an address. What makes no sense is left out instead of breaking the page. */
export function readUsageSearch(raw: Record<string, unknown>): UsageSearch {
  const from = text(raw.from);
  const to = text(raw.to);
  const known = RANGES.find((one) => one === raw.range);
  const zone = text(raw.zone);
  const by = text(raw.by);
  const isRange = from && to && isDate(from) && isDate(to) && from <= to;
  // Two days say by themselves that they are a range.
  const range = known ?? (isRange ? "custom" : undefined);
  const search: UsageSearch = {};
  if (text(raw.team)) search.team = text(raw.team)!;
  if (zone && isZone(zone)) search.zone = zone;
  if (range && (range !== "custom" || isRange)) search.range = range;
  if (search.range === "custom") Object.assign(search, { from, to });
  if (by && (DIMENSIONS.some((one) => one === by) || /^tag:.+/.test(by))) search.by = by;
  if (raw.all === "yes") search.all = "yes";
  if (raw.trend === "table") search.trend = "table";
  const only = writeOnly(readOnly(text(raw.only)));
  if (only) search.only = only;
  if (raw.top === "runs" || raw.top === "each") search.top = raw.top;
  const type = RUN_TYPES.find((one) => one === raw.type);
  if (type) search.type = type;
  if (raw.unpriced === "yes") search.unpriced = "yes";
  const sort = SORTS.find((one) => one === raw.sort);
  if (sort) search.sort = sort;
  if (raw.order === "up") search.order = "up";
  if (text(raw.page)) search.page = text(raw.page)!;
  return search;
}

/**
 * What an address is to say of its range, where it says something else than what is shown; null where it says that.
 *
 * @param raw the address as it is
 * @param shown what was read of it, with the range that is shown
 */
export function mendedRange(raw: Record<string, unknown>, shown: UsageSearch): Pick<UsageSearch, "range"> & Record<"from" | "to", string | undefined> | null {
  const read = readUsageSearch(raw);
  const isTrue = (["range", "from", "to"] as const).every((name) => text(raw[name]) === read[name]);
  return isTrue ? null : { range: shown.range ?? "30d", from: shown.from, to: shown.to };
}

/** What of the page has no say in which runs the recent activity is made of, nor in their order. */
const BESIDE_ACTIVITY: readonly string[] = ["by", "top", "all", "trend"] satisfies (keyof UsageSearch)[];

/** Another view. Where other runs come of it, their list begins with its first page; another breakdown shows its dearest rows. */
export function changed(search: UsageSearch, patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }): UsageSearch {
  const { page, all, ...rest } = search;
  const isSamePage = Object.keys(patch).every((name) => BESIDE_ACTIVITY.includes(name));
  const next = { ...rest, ...(isSamePage ? { page } : {}), ...("by" in patch ? {} : { all }), ...patch };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as UsageSearch;
}

export interface Only {
  dimension: string;
  value: string;
}

/** Reads what an address is narrowed down to; what makes no sense is left out, and of one dimension the first counts. */
export function readOnly(only: string | undefined): Only[] {
  // A ~ of a value is written twice.
  const parts = [...(only ?? "").matchAll(/(?:[^~]|~~)+/g)].map(([part]) => part.replaceAll("~~", "~"));
  const read = parts.flatMap((part) => {
    const match = /^(tag:[^:]+|[a-z_]+):(.+)$/s.exec(part);
    return match && isSound(match[1]!, match[2]!) ? [{ dimension: match[1]!, value: match[2]! }] : [];
  });
  return read.filter((one, index) => read.findIndex((other) => kindOf(other.dimension) === kindOf(one.dimension)) === index);
}

function isSound(dimension: string, value: string): boolean {
  return dimension === "day" ? isDate(value) : dimension.startsWith("tag:") || DIMENSIONS.some((one) => one === dimension);
}

export function writeOnly(onlys: readonly Only[]): string | undefined {
  return onlys.map(({ dimension, value }) => `${dimension}:${value}`.replaceAll("~", "~~")).join("~") || undefined;
}

export function isAmong(onlys: readonly Only[], { dimension, value }: Only): boolean {
  return onlys.some((one) => one.dimension === dimension && one.value === value);
}

/** With one more; in place of what there was of its dimension. */
export function withOnly(onlys: readonly Only[], next: Only): Only[] {
  return [...onlys.filter((one) => kindOf(one.dimension) !== kindOf(next.dimension)), next];
}

export function withoutOnly(onlys: readonly Only[], dimension: string): Only[] {
  return onlys.filter((one) => one.dimension !== dimension);
}

/** Of all tags together there is one: so the API filters. */
function kindOf(dimension: string): string {
  return dimension.startsWith("tag:") ? "tag" : dimension;
}

export function dimensionLabel(dimension: string): string {
  return DIMENSION_LABELS[dimension as keyof typeof DIMENSION_LABELS] ?? `Tag ${dimension.slice("tag:".length)}`;
}

const DAYS_DEFAULT = 30;

const DAYS_OF_A_WEEK = 7;

/**
 * With a range that the account's tier shows, where the address names none: what is asked for beyond it is refused, and a page that
 * nobody asked anything of is not to begin with that.
 *
 * @param historyDays how many the tier shows; null for all
 */
export function withinHistory(search: UsageSearch, historyDays: number | null | undefined): UsageSearch {
  if (search.range !== undefined || typeof historyDays !== "number" || historyDays >= DAYS_DEFAULT) {
    return search;
  }
  return { ...search, range: historyDays < DAYS_OF_A_WEEK ? "day" : "7d" };
}

/**
 * Whether a period of the calendar begins before what the tier shows: the API leaves the rest of it out. Of any other range it would
 * refuse all.
 *
 * @param first the first day that is shown; null where all are
 */
export function isCut(search: UsageSearch, first: string | null, zone: string, now: Date): boolean {
  return first !== null && "period" in statsRange(search, zone, now) && daysOf(search, zone, now).startDate < first;
}

/** The first and last day of what is shown, both included. */
export function daysOf(search: UsageSearch, zone: string, now: Date): { startDate: string; endDate: string } {
  const endDate = today(zone, now);
  switch (search.range ?? "30d") {
    case "day":
      return { startDate: endDate, endDate };
    case "7d":
      return { startDate: addDays(endDate, -6), endDate };
    case "week":
      return { startDate: addDays(endDate, -((new Date(`${endDate}T00:00:00Z`).getUTCDay() + 6) % 7)), endDate };
    case "30d":
      return { startDate: addDays(endDate, 1 - DAYS_DEFAULT), endDate };
    case "month":
      return { startDate: `${endDate.slice(0, 8)}01`, endDate };
    case "90d":
      return { startDate: addDays(endDate, -89), endDate };
    case "year":
      return { startDate: `${endDate.slice(0, 5)}01-01`, endDate };
    case "custom":
      return { startDate: search.from!, endDate: search.to! };
  }
}

/** Whether what a range is compared with begins before what the tier shows: then there is less of it, and nothing to compare with. */
export function lacksPrevious(search: UsageSearch, first: string | null, zone: string, now: Date): boolean {
  const day = readOnly(search.only).find((one) => one.dimension === "day")?.value;
  return first !== null && previousStart(day === undefined ? search : { range: "custom", from: day, to: day }, zone, now) < first;
}

/** The first day of what a range is compared with. */
function previousStart(search: UsageSearch, zone: string, now: Date): string {
  const { startDate, endDate } = daysOf(search, zone, now);
  const dayBefore = addDays(startDate, -1);
  switch (search.range) {
    case "week":
      return addDays(startDate, -7);
    case "month":
      return `${dayBefore.slice(0, 8)}01`;
    case "year":
      return `${dayBefore.slice(0, 5)}01-01`;
    default:
      return addDays(dayBefore, (Date.parse(startDate) - Date.parse(endDate)) / 86_400_000);
  }
}

/** As the statistics are asked for it: a period of the calendar is compared with as much of the one before. */
export function statsRange(
  search: UsageSearch,
  zone: string,
  now: Date,
): { period: "day" | "week" | "month" | "year" } | { startDate: string; endDate: string } {
  switch (search.range) {
    case "day":
    case "week":
    case "month":
    case "year":
      return { period: search.range };
    default:
      return daysOf(search, zone, now);
  }
}

/** The filters of the API that stand for what a page is narrowed down to. */
export function filtersOf(onlys: readonly Only[]): Record<string, string> {
  return Object.assign({}, ...onlys.map(filterOf)) as Record<string, string>;
}

function filterOf({ dimension, value }: Only): Record<string, string> {
  switch (dimension) {
    case "model":
      return { model: value };
    case "provider":
      return { provider: value };
    case "user":
      return { userId: value };
    case "prompt":
      return { promptId: value };
    case "workflow":
      return { workflowId: value };
    case "execution_type":
      return { executionType: value };
    case "api_key":
      return { apiKeyId: value };
    case "day":
      return { startDate: value, endDate: value };
    default:
      return { tag: `${dimension.slice("tag:".length)}:${value}` };
  }
}
