import { clsx } from "clsx";
import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import type { Execution } from "./api";

/** What stands beside a cost that does not hold all: calls of models without a price are never told as free. Null where there are none. */
export function unpricedWords(calls: number | undefined): string | null {
  return calls ? `+ ${formatCount(calls)} ${calls === 1 ? "call" : "calls"} without a price` : null;
}

/** @param isBelow whether it stands below the amount, where there is no room beside it */
export function Unpriced({ calls, isBelow = false }: { calls: number | undefined; isBelow?: boolean }) {
  const words = unpricedWords(calls);
  return (
    words && (
      <>
        {" "}
        <span className={clsx("font-medium text-warning", isBelow && "block text-xs whitespace-nowrap")}>{words}</span>
      </>
    )
  );
}

/** What an execution has cost, and what of it has no price yet. */
export function ExecutionCost({ execution, isBelow = false }: { execution: Pick<Execution, "totalCost" | "unpricedCalls">; isBelow?: boolean }) {
  return (
    <>
      <Amount usd={execution.totalCost ?? "0"} places={4} />
      <Unpriced calls={execution.unpricedCalls} isBelow={isBelow} />
    </>
  );
}
