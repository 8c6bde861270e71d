import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import type { Level } from "@/shared/ui/layout";
import type { Schemas } from "@/shared/api/client";
import type { Sort } from "./search";

export interface MemberRow {
  userId: string;
  name: string;
  /** A key that acts for nobody, or one who has left or never was in the team, spends too. */
  kind: "member" | "key" | "other";
  runs: number;
  tokens: number;
  cost: NanoUsd;
  /** The one of a member's own budgets that is the furthest. Some of it may be used though the percentage is rounded to none. */
  budget: { limit: NanoUsd; percentage: number; isUsed: boolean; period: string } | null;
  level: Level;
}

/** Of a member's row, a warning begins at 80 %, and at 90 % and 100 % it becomes severer. */
export function memberLevel(percentage: number): Level {
  return percentage >= 100 ? "critical" : percentage >= 90 ? "warning" : percentage >= 80 ? "info" : "calm";
}

/** Everyone in the team, and whoever has spent something and left. */
export function memberRows(
  members: readonly { userId: string; name: string }[],
  usage: Pick<Schemas["Stats"], "breakdown">,
  budgets: readonly Schemas["Budget"][],
  left: ReadonlyMap<string, string> = new Map(),
): MemberRow[] {
  const spent = new Map(usage.breakdown.filter((share) => !share.combined && !share.unattributed).map((share) => [share.category, share]));
  const names = new Map(members.map((member) => [member.userId, member.name]));
  return [...new Set([...names.keys(), ...spent.keys()])].map((userId) => {
    const share = spent.get(userId);
    const budget = furthest(userId, budgets);
    return {
      userId,
      name: nameOf(userId, names, left),
      kind: names.has(userId) ? "member" : isKey(userId) ? "key" : "other",
      runs: share?.runs ?? 0,
      tokens: share?.tokens ?? 0,
      cost: nanoUsd(share?.cost ?? "0"),
      budget,
      level: budget ? memberLevel(budget.percentage) : "calm",
    };
  });
}

/**
 * @param names what all members are called, by their ids: who has an account and is not among them has left
 * @param left what those were called, as far as it is known
 */
export function nameOf(userId: string, names: ReadonlyMap<string, string>, left: ReadonlyMap<string, string> = new Map()): string {
  const end = `…${userId.slice(-4)}`;
  return names.get(userId) ?? (isKey(userId) ? `API key ${end}` : hasAccount(userId) ? (left.get(userId) ?? `someone who left (usr_${end})`) : userId);
}

/** Who is not among the members and does have an account has left. */
export function hasAccount(userId: string): boolean {
  return userId.startsWith("usr_");
}

/** What a program did by itself is nobody's, and counted under its key. */
function isKey(userId: string): boolean {
  return userId.startsWith("key_");
}

export interface TeamSummary {
  members: number;
  /** Members who have spent something. */
  active: number;
  /** Of these, what they themselves have spent, not others. */
  averageCost: NanoUsd;
  averageTokens: number;
  /** Rows that are no members. */
  others: number;
  /** What those have spent. */
  othersCost: NanoUsd;
}

export function summaryOf(rows: readonly MemberRow[]): TeamSummary {
  const members = rows.filter((row) => row.kind === "member");
  const active = members.filter((row) => row.runs > 0);
  const count = active.length;
  return {
    members: members.length,
    active: count,
    averageCost: count === 0 ? 0n : active.reduce((sum, row) => sum + row.cost, 0n) / BigInt(count),
    averageTokens: count === 0 ? 0 : active.reduce((sum, row) => sum + row.tokens, 0) / count,
    others: rows.length - members.length,
    othersCost: rows.filter((row) => row.kind !== "member").reduce((sum, row) => sum + row.cost, 0n),
  };
}

export function sorted(rows: readonly MemberRow[], by: Sort): MemberRow[] {
  return rows.toSorted((a, b) =>
    by === "name" ? a.name.localeCompare(b.name) : by === "cost" ? (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : 0) : b[by] - a[by],
  );
}

export function furthest(userId: string, budgets: readonly Schemas["Budget"][]): MemberRow["budget"] {
  return budgets
    .filter((budget) => budget.dimension === "member")
    .flatMap((budget) =>
      [...(budget.status ? [budget.status] : []), ...(budget.values ?? [])]
        .filter((status) => status.value === userId && status.unit === "usd")
        .map((status) => ({
          limit: nanoUsd(status.limit),
          percentage: status.percentage,
          isUsed: /[1-9]/.test(status.spent),
          period: typeof budget.period === "string" ? budget.period : (budget.period?.unit ?? "month"),
        })),
    )
    .reduce<MemberRow["budget"]>((most, one) => (most === null || one.percentage > most.percentage ? one : most), null);
}
