import { exactUsd } from "@/shared/format/money";

interface Reason {
  message?: string;
  code?: string;
  target?: string;
  maxCostNanoUsd?: number;
}

/** Why an execution is held, and what to do; null if it is not. */
export function pausedBecause(execution: { status: string; reason?: unknown }): string | null {
  if (!execution.status.startsWith("paused")) {
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
      return `The next call could take this run beyond its own limit of $${exactUsd(BigInt(reason.maxCostNanoUsd ?? 0))}. Raise it in a new version and rerun, or cancel.`;
    default:
      return "A budget does not leave enough for the next call. Increase it, or wait until it begins anew, and resume.";
  }
}
