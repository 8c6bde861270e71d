import { formatUsd, nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatCount } from "@/shared/format/numbers";
import type { Volume } from "./api";

/** Up to how many prompts are reckoned with. */
const PROMPTS: Record<Volume, number> = { "1-50": 50, "50-200": 200, "200-500": 500, "500+": 2000 };

/** A recommendation comes in whole steps. */
const STEP: NanoUsd = 5_000_000_000n;

export interface Recommended {
  monthlyBudgetUsd: string;
  basis: "spend" | "volume";
  expectedCost: string;
}

/** Why this much is recommended: of the reasons that there are, the one that decided it. */
export function reasonOf({ monthlyBudgetUsd, basis, expectedCost }: Recommended, volume: Volume): string {
  const expected = nanoUsd(expectedCost);
  if (basis === "spend") {
    return `At the rate so far this month is heading for ${formatUsd(expected)}, more than your answers come to. This is a quarter above it, in steps of $5.`;
  }
  const range = volume.replace("-", "–");
  if (expected === 0n) {
    return `What is usual for ${range} prompts a month.`;
  }
  const wouldCost = `${formatCount(PROMPTS[volume])} prompts on the dearest of your models would cost about ${formatUsd(expected)}`;
  const twice = ((2n * expected + STEP - 1n) / STEP) * STEP;
  return twice === nanoUsd(monthlyBudgetUsd) ? `${wouldCost}. This is twice that, in steps of $5.` : `What is usual for ${range} prompts a month. ${wouldCost}.`;
}
