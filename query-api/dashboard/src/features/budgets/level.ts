import { LEVELS, reached, type Reached } from "@/shared/api/budget-level";
import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatPercent } from "@/shared/format/numbers";
import type { Budget, BudgetStatus } from "./api";

/** How much of its limit is used, for people: some is not told as none, however large the limit is. */
export function usedOf({ percentage, spent }: Pick<BudgetStatus, "percentage" | "spent">): string {
  return formatPercent(percentage, 1, /[1-9]/.test(spent));
}

export interface Watched extends Reached {
  budget: Budget;
  status: BudgetStatus;
}

/** Of a budget for each value, every value is watched. */
export function watched(budgets: readonly Budget[]): Watched[] {
  return budgets
    .flatMap((budget) => [...(budget.status ? [budget.status] : []), ...(budget.values ?? [])].map((status) => ({ budget, status })))
    .map(({ budget, status }) => ({ budget, status, ...reached(status, budget.thresholds) }))
    .sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.status.percentage - a.status.percentage);
}

const DOLLAR = 1_000_000_000n;

/** A round limit that what is projected fits into. */
export function suggestedLimit(status: BudgetStatus): NanoUsd {
  const spent = nanoUsd(status.spent);
  const projected = status.projected === null ? 0n : nanoUsd(status.projected);
  const most = [spent, projected, nanoUsd(status.limit)].reduce((a, b) => (a > b ? a : b));
  const step = most >= 10n * DOLLAR ? 5n * DOLLAR : most >= DOLLAR ? DOLLAR : DOLLAR / 10n;
  return (most / step + 1n) * step;
}
