import { words } from "@/shared/format/numbers";
import { isZone } from "@/shared/format/time";
import type { Budget } from "./api";

export const DIMENSIONS = ["account", "member", "model", "provider", "workflow", "prompt", "api_key", "execution_type"] as const;

export const PERIODS = ["day", "week", "month", "quarter", "year", "total"] as const;

export function periodOf(budget: Budget): (typeof PERIODS)[number] {
  return typeof budget.period === "string" ? budget.period : (budget.period?.unit ?? "month");
}

/** In which its periods begin: its own, for it may be another than the account's. */
export function zoneOf(budget: Budget, accountZone: string): string {
  const timezone = typeof budget.period === "object" ? budget.period?.timezone : undefined;
  return timezone && isZone(timezone) ? timezone : accountZone;
}

const EACH: Record<string, string> = { day: "each day", week: "each week", month: "each month", quarter: "each quarter", year: "each year", total: "in all" };

/** What a budget limits, in words. */
export function describe(budget: Budget): string {
  const period = EACH[periodOf(budget)];
  if (budget.dimension === "account") {
    return `Everything, ${period}`;
  }
  const dimension = words(budget.dimension ?? "account").toLowerCase();
  return budget.value === "*" ? `Each ${dimension}, ${period}` : `${words(dimension)} ${budget.value}, ${period}`;
}

/** The plain form's own are ordinary budgets whose ids say so. */
const OF_THE_FORM = /^budget_(monthly|daily)_/;

/** Those that limit everything each month beside the plain form's: another one there would be a second limit. */
export function wholeBesideForm(budgets: readonly Budget[]): Budget[] {
  return budgets.filter((budget) => budget.dimension === "account" && periodOf(budget) === "month" && !OF_THE_FORM.test(budget.id));
}
