export const SORTS = ["name", "cost", "runs", "tokens"] as const;
export type Sort = (typeof SORTS)[number];

/** What the page shows: the address holds it. */
export interface TeamSearch {
  /** What the members are in the order of, if not of their cost. */
  sort?: Exclude<Sort, "cost">;
  /** Whose part it shows, if not everyone's: the id of a user, or of a key that acts for nobody. */
  member?: string;
  /** Whether the days are shown as numbers. */
  trend?: "table";
}

export function readTeamSearch(raw: Record<string, unknown>): TeamSearch {
  const sort = SORTS.find((one) => one === raw.sort);
  const member = raw.member;
  return {
    ...(sort && sort !== "cost" ? { sort } : {}),
    ...(typeof member === "string" && member !== "" ? { member } : {}),
    ...(raw.trend === "table" ? { trend: "table" as const } : {}),
  };
}
