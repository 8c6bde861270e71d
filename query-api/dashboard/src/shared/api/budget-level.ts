import { nanoUsd } from "@/shared/format/money";
import type { Level } from "@/shared/ui/layout";
import type { Schemas } from "./client";

type BudgetStatus = Schemas["BudgetStatus"];
type Threshold = NonNullable<Schemas["Budget"]["thresholds"]>[number];

/** From none to the severest. */
export const LEVELS: readonly Level[] = ["calm", "info", "warning", "critical"];

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
    if (isReached(status, threshold) && LEVELS.indexOf(severity) >= LEVELS.indexOf(furthest.level)) {
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
