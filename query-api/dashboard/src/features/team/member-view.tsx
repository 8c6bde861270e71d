import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cpu } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/shared/api/client";
import { nanoUsd } from "@/shared/format/money";
import { formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { buttonClass } from "@/shared/ui/button";
import { Trend } from "@/shared/ui/later-trend";
import { Card, Failure, Skeleton } from "@/shared/ui/layout";
import { memberUsageQuery } from "./api";
import { Figure, FIGURE } from "./figure";
import type { MemberRow } from "./rows";
import { Top, TopPrompts, type Entry } from "./top";

type Stats = Schemas["Stats"];

/**
 * The part of one of the team of this month so far.
 *
 * @param budget the one of their own budgets that is the furthest; null if they have none, undefined until that is known
 * @param budgetFailure says why it is not known
 * @param lastMonth says of what was there by this time last month, or why that is not told
 * @param asTable whether the days are shown as numbers
 */
export function MemberView({
  account,
  zone,
  member,
  budget,
  budgetFailure,
  lastMonth,
  asTable,
  onAsTable,
}: {
  account: Account;
  zone: string;
  member: string;
  budget: MemberRow["budget"] | undefined;
  budgetFailure: ReactNode;
  lastMonth: (before: string) => string;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
}) {
  const models = useQuery(memberUsageQuery(account.key, zone, member, "model"));
  const prompts = useQuery({ ...memberUsageQuery(account.key, zone, member, "prompt"), enabled: account.features.topPrompts !== false });
  if (models.error && !models.data) {
    return (
      <Card>
        <Failure error={models.error} retry={() => void models.refetch()} />
      </Card>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4" data-testid="member-view">
      <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
        {models.data ? (
          <Figures stats={models.data} budget={budget} budgetFailure={budgetFailure} lastMonth={lastMonth} />
        ) : (
          [0, 1, 2, 3].map((card) => <Skeleton key={card} className={`${FIGURE} rounded-xl`} />)
        )}
      </div>
      <Trend stats={models.data} asTable={asTable} onAsTable={onAsTable} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <Top title="Top models" icon={Cpu} nothing="No run this month" entries={entriesOf(models.data)} error={models.error} retry={() => void models.refetch()} />
        <TopPrompts account={account} entries={entriesOf(prompts.data)} error={prompts.error} retry={() => void prompts.refetch()} />
      </div>
      <p>
        <Link to="/dashboard/usage" search={{ range: "month", only: `user:${member}` }} className={buttonClass()}>
          See each run
        </Link>
      </p>
    </div>
  );
}

/** What names no value is not among them. */
function entriesOf(stats: Stats | undefined): readonly Entry[] | undefined {
  return stats?.breakdown.filter((share) => !share.unattributed && !share.combined).map((share) => ({ ...share, name: share.category }));
}

function Figures({
  stats: { summary, previous },
  budget,
  budgetFailure,
  lastMonth,
}: {
  stats: Stats;
  budget: MemberRow["budget"] | undefined;
  budgetFailure: ReactNode;
  lastMonth: (before: string) => string;
}) {
  return (
    <>
      <Figure label="Spend" value={<Amount usd={summary.totalCost} />}>
        {budget ? (
          <>
            {formatPercent(budget.percentage, 1, budget.isUsed)} of <Amount usd={budget.limit} /> each {budget.period}
          </>
        ) : budget === null ? (
          "No budget of their own"
        ) : (
          budgetFailure
        )}
        {summary.unpricedRuns > 0 && (
          <span className="block text-warning">
            + {formatCount(summary.unpricedRuns)} {summary.unpricedRuns === 1 ? "run" : "runs"} without a price
          </span>
        )}
      </Figure>
      <Figure label="Tokens" value={formatCompact(summary.totalTokens)}>
        {lastMonth(formatCompact(previous.totalTokens))}
      </Figure>
      <Figure label="Runs" value={formatCount(summary.totalRuns)}>
        {lastMonth(formatCount(previous.totalRuns))}
      </Figure>
      <Figure label="Average per run" value={<Amount usd={summary.avgCostPerRun} some={nanoUsd(summary.totalCost) > 0n} />}>
        {summary.unpricedRuns > 0 && "Over all runs, also those without a price"}
      </Figure>
    </>
  );
}
