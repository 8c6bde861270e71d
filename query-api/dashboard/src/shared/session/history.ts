import { ProblemError } from "@/shared/api/client";
import { addDays, today } from "@/shared/format/time";
import type { Account } from "./account";

const DAY_MS = 86_400_000;

/**
 * The first day of which all is shown, or null where all days are. Of a period of the calendar that begins before it the API leaves the
 * rest out; whoever asks for an earlier day by name is refused.
 *
 * @param zone in which the day begins; the API counts back to a midnight of UTC
 */
export function firstDayShown({ features: { historyDays } }: Pick<Account, "features">, zone: string, now: Date): string | null {
  if (typeof historyDays !== "number") {
    return null;
  }
  const first = Math.floor((now.getTime() - historyDays * DAY_MS) / DAY_MS) * DAY_MS;
  return addDays(today(zone, new Date(first - 1)), 1);
}

/** How many days are shown, where something was refused for being older; null where that is not why. */
export function historyRefused(error: unknown): number | null {
  if (!(error instanceof ProblemError) || error.code !== "tier_limit") {
    return null;
  }
  const { limit } = error.body as { limit?: { name?: string; max?: number | null } };
  return limit?.name === "historyDays" && typeof limit.max === "number" ? limit.max : null;
}
