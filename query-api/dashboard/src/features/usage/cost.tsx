import type { NanoUsd } from "@/shared/format/money";
import { formatCount } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import { Badge } from "@/shared/ui/layout";

/** Of how many of some runs it is known what they cost. */
export function pricedness(runs: number, unpricedRuns: number): "all" | "some" | "none" {
  return unpricedRuns === 0 ? "all" : unpricedRuns < runs ? "some" : "none";
}

/** What some runs have cost. What has no price yet is never shown as free. */
export function Cost({ cost, runs, unpricedRuns }: { cost: string | NanoUsd; runs: number; unpricedRuns: number }) {
  switch (pricedness(runs, unpricedRuns)) {
    case "all":
      return <Amount usd={cost} />;
    case "none":
      return <Badge tone="warning">No price yet</Badge>;
    case "some":
      return (
        <>
          <Amount usd={cost} />
          <span className="block text-xs font-normal whitespace-nowrap text-warning">+ {formatCount(unpricedRuns)} unpriced</span>
        </>
      );
  }
}
