import { formatExactUsd } from "@/shared/format/money";

interface Reason {
  message?: string;
  code?: string;
  target?: string;
  maxCostNanoUsd?: number;
}

/** Whether it is held for want of an answer, and not by a budget. */
export function isUnanswered({ status, reason }: { status: string; reason?: unknown }): boolean {
  return status === "paused_budget" && (reason as Reason | null | undefined)?.code === "budget_unanswered";
}

/** Whether it waits until calls under way have ended: no budget is spent yet, and it goes on by itself. */
export function isWaiting({ status, reason }: { status: string; reason?: unknown }): boolean {
  return status === "paused_budget" && (reason as Reason | null | undefined)?.code === "budget_reserved";
}

/** Why an execution is held, or waits in vain, and what to do; null if it does neither. */
export function pausedBecause(execution: { status: string; reason?: unknown }): string | null {
  const waitsInVain = execution.status === "queued" && Boolean(execution.reason);
  if (!execution.status.startsWith("paused") && !waitsInVain) {
    return null;
  }
  const reason = (execution.reason ?? {}) as Reason;
  if (reason.message) {
    return reason.message;
  }
  switch (reason.code) {
    case "ambiguous_call":
      return `Nobody knows whether ${reason.target ?? "the other side"} was reached. Find out, then resume to call again, or cancel.`;
    case "execution_cost_limit":
      return `The next call could take this run beyond its own limit of ${formatExactUsd(BigInt(reason.maxCostNanoUsd ?? 0))}. Raise it in a new version and rerun, or cancel.`;
    case "budget_unanswered":
      return "The budgets were asked whether they allow the next call, and did not answer. That does not mean that one is spent. Resume to ask again, or cancel.";
    case "budget_reserved":
      return "What calls under way may still use of a budget leaves too little for the next call. When they have ended, it goes on by itself; resume to ask at once, or cancel.";
    default:
      return "A budget does not leave enough for the next call. Increase it, or wait until it begins anew, and resume.";
  }
}
