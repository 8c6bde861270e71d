import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import type { Decision } from "./api";

type Told = Decision["budgets"][number];

/** What a budget has left, or by how much it is over. */
export function Left({ budget }: { budget: Pick<Told, "unit" | "remaining" | "overBy"> }) {
  const amount = (of: string) => (budget.unit === "usd" ? <Amount usd={of} /> : `${formatCount(BigInt(of))} tokens`);
  return /[1-9]/.test(budget.overBy) ? <>over by {amount(budget.overBy)}</> : <>{amount(budget.remaining)} left</>;
}
