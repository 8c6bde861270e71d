import { useQuery } from "@tanstack/react-query";
import { nanoUsd } from "@/shared/format/money";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { FailureLine, Skeleton } from "@/shared/ui/layout";
import { chargedQuery } from "./api-run";
import { Fact } from "./token-usage-display";

/** What a run was charged for its input, its output and its cache, as soon as the ledger has it. */
export function CostParts({
  account,
  executionId,
  startedAt,
  toldCost,
}: {
  account: Account;
  executionId: string;
  startedAt: string | null;
  /** At list price, as the run itself tells it; null without one. */
  toldCost: string | null;
}) {
  const { data: charged, error, refetch } = useQuery(chargedQuery(account, executionId, startedAt));
  if (error && charged === undefined) {
    return (
      <p className="mt-3 text-xs">
        <FailureLine what="The cost by direction" error={error} retry={() => void refetch()} />
      </p>
    );
  }
  if (charged === undefined) {
    return <Skeleton className="mt-3 h-13" />;
  }
  // Without a price there are no parts, and the total says so.
  return (
    charged && (
      <>
        <dl className="mt-3 grid grid-cols-3 gap-3 border-t border-good/30 pt-3 figures" data-testid="cost-parts">
          <Fact name="Cost of input">
            <Amount usd={charged.input} places={6} />
          </Fact>
          <Fact name="Cost of output">
            <Amount usd={charged.output} places={6} />
          </Fact>
          <Fact name="Cost of cache">
            <Amount usd={charged.cache} places={6} />
          </Fact>
        </dl>
        {(toldCost === null || nanoUsd(toldCost) !== charged.total) && (
          <p className="mt-2 text-xs text-soft figures">
            By this account&apos;s own prices; together <Amount usd={charged.total} places={6} />.
          </p>
        )}
      </>
    )
  );
}
