import { nanoUsd } from "@/shared/format/money";
import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import type { BudgetStatus } from "./api";

/** What of a budget is told in its own unit: cents, or tokens. */
export function BudgetAmount({ status, of }: { status: Pick<BudgetStatus, "unit">; of: string }) {
  return status.unit === "usd" ? <Amount usd={of} digits={digitsOf(of)} /> : <>{formatCount(BigInt(of))} tokens</>;
}

function digitsOf(text: string): number {
  const nano = nanoUsd(text);
  return nano === 0n || nano >= 10_000_000n ? 2 : 4;
}
