export const RANGES = ["7d", "30d", "90d"] as const;
export type Range = (typeof RANGES)[number];

/** What the page shows: the address holds it. */
export interface DeveloperSearch {
  range?: Range;
  by?: "model";
  agent?: string;
}

export function readDeveloperSearch(raw: Record<string, unknown>): DeveloperSearch {
  const search: DeveloperSearch = {};
  const range = RANGES.find((one) => one === raw.range);
  if (range) search.range = range;
  if (raw.by === "model") search.by = "model";
  if (typeof raw.agent === "string" && raw.agent !== "") search.agent = raw.agent;
  return search;
}
