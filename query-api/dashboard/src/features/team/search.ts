export const SORTS = ["name", "cost", "runs", "tokens"] as const;
export type Sort = (typeof SORTS)[number];

/** What the members are in the order of, if not of their cost: the address holds it. */
export interface TeamSearch {
  sort?: Exclude<Sort, "cost">;
}

export function readTeamSearch(raw: Record<string, unknown>): TeamSearch {
  const sort = SORTS.find((one) => one === raw.sort);
  return sort && sort !== "cost" ? { sort } : {};
}
