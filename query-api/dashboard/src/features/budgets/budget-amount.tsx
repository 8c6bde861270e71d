import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import type { BudgetStatus } from "./api";

/** What of a budget is told in its own unit: dollars, or tokens. */
export function BudgetAmount({ status, of }: { status: Pick<BudgetStatus, "unit">; of: string }) {
  return status.unit === "usd" ? <Amount usd={of} /> : <>{formatCount(BigInt(of))} tokens</>;
}
