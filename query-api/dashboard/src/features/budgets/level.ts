import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatPercent } from "@/shared/format/numbers";
import type { Level } from "@/shared/ui/layout";
import type { Budget, BudgetStatus, Threshold } from "./api";

/** How much of its limit is used, for people: some is not told as none, however large the limit is. */
export function usedOf({ percentage, spent }: Pick<BudgetStatus, "percentage" | "spent">): string {
  return formatPercent(percentage, 1, /[1-9]/.test(spent));
}

const RANK: Level[] = ["calm", "info", "warning", "critical"];

/** The API's, where a budget is made without any. */
export const DEFAULT_THRESHOLDS: readonly Threshold[] = [
  { percent: 75, severity: "info" },
  { percent: 90, severity: "warning" },
  { percent: 100, severity: "critical" },
];

export interface Reached {
  level: Level;
  /** Which threshold it is, as text; empty where the limit itself is gone beyond, or nothing is reached. */
  threshold: string;
}

/** The severest threshold that is reached, of those the last; percentages are compared as they are, not rounded. */
export function reached(status: BudgetStatus, thresholds: readonly Threshold[] = DEFAULT_THRESHOLDS): Reached {
  let furthest: Reached = { level: status.isExceeded ? "critical" : "calm", threshold: "" };
  for (const threshold of thresholds) {
    const { severity, percent, amountUsd, amountTokens } = threshold;
    if (isReached(status, threshold) && RANK.indexOf(severity) >= RANK.indexOf(furthest.level)) {
      furthest = { level: severity, threshold: percent === undefined ? `${amountUsd ?? amountTokens}` : `${percent}%` };
    }
  }
  return furthest;
}

function isReached(status: BudgetStatus, { percent, amountUsd, amountTokens }: Threshold): boolean {
  return (
    (percent !== undefined && status.percentage >= percent) ||
    (amountUsd !== undefined && status.unit === "usd" && nanoUsd(status.spent) >= nanoUsd(amountUsd)) ||
    (amountTokens !== undefined && status.unit === "tokens" && BigInt(status.spent) >= BigInt(amountTokens))
  );
}

export function levelOf(status: BudgetStatus, thresholds?: readonly Threshold[]): Level {
  return reached(status, thresholds).level;
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
    .sort((a, b) => RANK.indexOf(b.level) - RANK.indexOf(a.level) || b.status.percentage - a.status.percentage);
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
