import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import type { AgentUse } from "./api";

export interface Sum {
  sessions: number;
  runs: number;
  unpricedRuns: number;
  tokens: number;
  cost: NanoUsd;
  reportedRuns: number;
  reported: NanoUsd;
  /** Those of them that have a price, too. */
  comparedRuns: number;
  reportedOfCompared: NanoUsd;
  /** What we count for those that are compared: to be held against what is reported for them. */
  costOfReported: NanoUsd;
}

export interface Group {
  /** A developer's id, or a model. */
  name: string;
  agents: string[];
  sum: Sum;
  /** The same spend by what the group is not named by, the dearest first. */
  parts: { name: string; agent: string; sum: Sum }[];
}

const NOTHING: Sum = { sessions: 0, runs: 0, unpricedRuns: 0, tokens: 0, cost: 0n, reportedRuns: 0, reported: 0n, comparedRuns: 0, reportedOfCompared: 0n, costOfReported: 0n };

function plus(a: Sum, b: Sum): Sum {
  return {
    // A conversation with two models is one of each: together it is at most this many.
    sessions: a.sessions + b.sessions,
    runs: a.runs + b.runs,
    unpricedRuns: a.unpricedRuns + b.unpricedRuns,
    tokens: a.tokens + b.tokens,
    cost: a.cost + b.cost,
    reportedRuns: a.reportedRuns + b.reportedRuns,
    reported: a.reported + b.reported,
    comparedRuns: a.comparedRuns + b.comparedRuns,
    reportedOfCompared: a.reportedOfCompared + b.reportedOfCompared,
    costOfReported: a.costOfReported + b.costOfReported,
  };
}

export function sumOf(use: Omit<AgentUse, "userId" | "model" | "agent">): Sum {
  return {
    sessions: use.sessions,
    runs: use.runs,
    unpricedRuns: use.unpricedRuns,
    tokens: use.totalTokens,
    cost: nanoUsd(use.cost),
    reportedRuns: use.reportedRuns,
    reported: nanoUsd(use.reportedCost),
    comparedRuns: use.comparedRuns,
    reportedOfCompared: nanoUsd(use.reportedOfCompared),
    costOfReported: nanoUsd(use.costOfReported),
  };
}

export function total(uses: readonly AgentUse[]): Sum {
  return uses.map(sumOf).reduce(plus, NOTHING);
}

/** By developer, each with their models; or by model, each with its developers. The dearest first. */
export function groupsOf(uses: readonly AgentUse[], by: "userId" | "model"): Group[] {
  const other = by === "userId" ? "model" : "userId";
  const groups = new Map<string, AgentUse[]>();
  uses.forEach((use) => groups.set(use[by], [...(groups.get(use[by]) ?? []), use]));
  return [...groups]
    .map(([name, ofGroup]) => ({
      name,
      agents: [...new Set(ofGroup.map((use) => use.agent))].sort(),
      sum: total(ofGroup),
      parts: ofGroup.map((use) => ({ name: use[other], agent: use.agent, sum: sumOf(use) })).sort(dearest),
    }))
    .sort(dearest);
}

function dearest(a: { sum: Sum; name: string }, b: { sum: Sum; name: string }): number {
  return a.sum.cost < b.sum.cost ? 1 : a.sum.cost > b.sum.cost ? -1 : a.name.localeCompare(b.name);
}
