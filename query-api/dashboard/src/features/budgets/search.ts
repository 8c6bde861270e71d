/** Which budgets are shown with every value that they limit, and not only the furthest: their ids, with ~ between them. */
export interface BudgetSearch {
  all?: string;
}

export function readBudgetSearch(raw: Record<string, unknown>): BudgetSearch {
  return typeof raw.all === "string" && raw.all !== "" ? { all: raw.all } : {};
}

export function isWhole(search: BudgetSearch, id: string): boolean {
  return idsOf(search).includes(id);
}

/** Shows the rest of a budget, or hides it again; undefined if no budget is shown whole. */
export function toggled(search: BudgetSearch, id: string): string | undefined {
  const ids = idsOf(search);
  return (ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]).join("~") || undefined;
}

function idsOf({ all }: BudgetSearch): string[] {
  return (all ?? "").split("~").filter((id) => id !== "");
}
