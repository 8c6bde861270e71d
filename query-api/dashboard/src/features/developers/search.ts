export const RANGES = ["day", "7d", "30d", "90d"] as const;
export type Range = (typeof RANGES)[number];

export const DAYS: Record<Range, number> = { day: 1, "7d": 7, "30d": 30, "90d": 90 };

/** @param historyDays how many the account's tier shows; null for all */
export function isShown(range: Range, historyDays: number | null | undefined): boolean {
  return typeof historyDays !== "number" || DAYS[range] <= historyDays;
}

/** A month, or the longest that the tier shows where that is less: a page that nobody asked anything of does not begin with a refusal. */
export function usualRange(historyDays: number | null | undefined): Range {
  return (["30d", "7d"] as const).find((range) => isShown(range, historyDays)) ?? "day";
}

/** What the page shows: the address holds it. */
export interface DeveloperSearch {
  range?: Range;
  by?: "model";
  agent?: string;
}

/** Whether an address names a range that there is not. */
export function isUnknown(range: string | undefined): boolean {
  return range !== undefined && !RANGES.some((one) => one === range);
}

export function readDeveloperSearch(raw: Record<string, unknown>): DeveloperSearch {
  const search: DeveloperSearch = {};
  const range = RANGES.find((one) => one === raw.range);
  if (range) search.range = range;
  if (raw.by === "model") search.by = "model";
  if (typeof raw.agent === "string" && raw.agent !== "") search.agent = raw.agent;
  return search;
}
