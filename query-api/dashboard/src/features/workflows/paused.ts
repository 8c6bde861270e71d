import { formatExactUsd, type NanoUsd } from "@/shared/format/money";
import { formatCount } from "@/shared/format/numbers";
import type { ExecutionDetail } from "./api";

interface Reason {
  message?: string;
  code?: string;
  target?: string;
  maxCostNanoUsd?: number;
}

/** What holds a run that waits for its budgets, where none of them is spent: in so many words as a badge has room for. */
const HELD: Readonly<Record<string, string>> = {
  budget_unanswered: "Paused: budgets did not answer",
  budget_reserved: "Paused: calls under way come first",
  execution_cost_limit: "Paused by its own cost limit",
  execution_cost_unknown: "Paused: a model has no price",
};

/** What is said of a run that waits for its budgets, where none of them is spent; null if it does not, or if one is. */
export function heldBy({ status, reason }: { status: string; reason?: unknown }): string | null {
  const { code = "" } = (reason ?? {}) as Reason;
  return status === "paused_budget" && Object.hasOwn(HELD, code) ? HELD[code]! : null;
}

/** What an execution may cost that is paused by its own limit; null of any other. */
export function costLimitOf({ status, reason }: { status: string; reason?: unknown }): NanoUsd | null {
  const { code, maxCostNanoUsd = 0 } = (reason ?? {}) as Reason;
  return status === "paused_budget" && code === "execution_cost_limit" ? BigInt(maxCostNanoUsd) : null;
}

/** A round amount above both: 1, 2 or 5 and noughts, of the amounts that are at least half as much again. */
export function nextLimit(limit: NanoUsd, spent: NanoUsd): NanoUsd {
  const least = ((limit > spent ? limit : spent) * 3n) / 2n + 1n;
  for (let power = 1n; ; power *= 10n) {
    const found = [1n, 2n, 5n].map((digit) => digit * power).find((amount) => amount >= least);
    if (found !== undefined) {
      return found;
    }
  }
}

/** What a queued execution waits for that is held by nothing but those before it; null of any other. */
export function turnOf({ status, reason, queue }: { status: string; reason?: unknown } & Pick<ExecutionDetail, "queue">): string | null {
  if (status !== "queued" || reason || !queue || queue.running < queue.maxConcurrentRuns) {
    return null;
  }
  const { running, maxConcurrentRuns: most, ahead } = queue;
  const atOnce = most === 1 ? "One run of this workflow goes at a time" : `${formatCount(most)} runs of this workflow go at a time`;
  const underWay = running === 1 ? "another is under way" : `${formatCount(running)} are under way`;
  const before = ahead === 0 ? "it is the next" : `${formatCount(ahead)} ${ahead === 1 ? "waits" : "wait"} that came before it`;
  return `${atOnce}, and ${underWay}. This one begins by itself when its turn comes: ${before}. How many go at a time is set in the workflow, under About and alerts.`;
}

/** Why an execution is held, or waits in vain, and what to do; null if it does neither. */
export function pausedBecause(execution: { status: string; reason?: unknown }): string | null {
  const waitsInVain = execution.status === "queued" && Boolean(execution.reason);
  if (!execution.status.startsWith("paused") && !waitsInVain) {
    return null;
  }
  const reason = (execution.reason ?? {}) as Reason;
  const limit = costLimitOf(execution);
  if (limit !== null) {
    return `The next call could take this run beyond its own limit of ${formatExactUsd(limit)}. Resume it with a higher one, or cancel.`;
  }
  if (reason.message) {
    return reason.message;
  }
  switch (reason.code) {
    case "ambiguous_call":
      return `Nobody knows whether ${reason.target ?? "the other side"} was reached. Find out, then resume to call again, or cancel.`;
    case "execution_cost_unknown":
      return "The next call's model has no price, so nobody knows whether this run keeps within its own limit. Give the model a price and resume, or cancel.";
    case "budget_unanswered":
      return "The budgets were asked whether they allow the next call, and did not answer. That does not mean that one is spent. Resume to ask again, or cancel.";
    case "budget_reserved":
      return "What calls under way may still use of a budget leaves too little for the next one. No budget is spent: they are asked again by and by as those calls end. Resume to ask at once, or cancel.";
    default:
      return "A budget does not leave enough for the next call. Increase it, or wait until it begins anew, and resume.";
  }
}
