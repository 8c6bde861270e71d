import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import type { ExecutionDetail } from "./api";
import { isUnpriced } from "./runs";

/** What an execution has cost, and what of it has no price yet: that is never told as free. */
export function ExecutionCost({ execution }: { execution: ExecutionDetail }) {
  const unpriced = execution.nodeExecutions.filter(isUnpriced).length;
  return (
    <>
      <Amount usd={execution.totalCost ?? "0"} places={4} />
      {unpriced > 0 && (
        <span className="font-medium text-warning">
          {" "}
          + {formatCount(unpriced)} {unpriced === 1 ? "run" : "runs"} without a price
        </span>
      )}
    </>
  );
}
