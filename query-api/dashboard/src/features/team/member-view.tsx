import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cpu, MessageSquareText, type LucideIcon } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { buttonClass } from "@/shared/ui/button";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { memberUsageQuery } from "./api";
import { Figure, FIGURE } from "./figure";
import type { MemberRow } from "./rows";

type Stats = Schemas["Stats"];

const Trend = lazy(() => import("@/shared/ui/trend").then((module) => ({ default: module.Trend })));

/** How many of its models and prompts are shown, the dearest first. */
const SHOWN = 10;

/**
 * The part of one of the team of this month so far.
 *
 * @param budget the one of their own budgets that is the furthest
 * @param lastMonth says of what was there by this time last month, or why that is not told
 */
export function MemberView({
  account,
  zone,
  member,
  budget,
  lastMonth,
}: {
  account: Account;
  zone: string;
  member: string;
  budget: MemberRow["budget"];
  lastMonth: (before: string) => string;
}) {
  const isLacking = account.features.topPrompts === false;
  const models = useQuery(memberUsageQuery(account.key, zone, member, "model"));
  const prompts = useQuery({ ...memberUsageQuery(account.key, zone, member, "prompt"), enabled: !isLacking });
  const [asTable, setAsTable] = useState(false);
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
          <Figures stats={models.data} budget={budget} lastMonth={lastMonth} />
        ) : (
          [0, 1, 2, 3].map((card) => <Skeleton key={card} className={`${FIGURE} rounded-xl`} />)
        )}
      </div>
      <Suspense fallback={<Skeleton className="h-[25rem] rounded-xl sm:h-[23.625rem]" />}>
        <Trend stats={models.data} asTable={asTable} onAsTable={setAsTable} />
      </Suspense>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
        <Top title="Top models" icon={Cpu} nothing="No run this month" usage={models} />
        {isLacking ? (
          <Card title="Top prompts" flush>
            <Empty icon={MessageSquareText} title={`The dearest prompts are not told in the tier ${account.tier}`}>
              They are counted all the same.
            </Empty>
          </Card>
        ) : (
          <Top title="Top prompts" icon={MessageSquareText} nothing="No run names a prompt" usage={prompts} />
        )}
      </div>
      <p>
        <Link to="/dashboard/usage" search={{ range: "month", only: `user:${member}` }} className={buttonClass()}>
          See each run
        </Link>
      </p>
    </div>
  );
}

function Figures({ stats: { summary, previous }, budget, lastMonth }: { stats: Stats; budget: MemberRow["budget"]; lastMonth: (before: string) => string }) {
  return (
    <>
      <Figure label="Spend" value={<Amount usd={summary.totalCost} />}>
        {budget ? (
          <>
            {formatPercent(budget.percentage)} of <Amount usd={budget.limit} /> each {budget.period}
          </>
        ) : (
          "No budget of their own"
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
      <Figure label="Average per run" value={<Amount usd={summary.avgCostPerRun} />}>
        {summary.unpricedRuns > 0 && "Over all runs, also those without a price"}
      </Figure>
    </>
  );
}

/** The dearest values of a dimension. */
function Top({ title, icon, nothing, usage: { data, error, refetch } }: { title: string; icon: LucideIcon; nothing: string; usage: UseQueryResult<Stats> }) {
  const shares = data?.breakdown.filter((share) => !share.unattributed && !share.combined).slice(0, SHOWN);
  return (
    <Card title={title} flush>
      {error && !shares ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !shares ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      ) : shares.length === 0 ? (
        <Empty icon={icon} title={nothing} />
      ) : (
        <ol className="pb-2" aria-label={title}>
          {shares.map((share) => (
            <li key={share.category} className="flex items-center gap-3 px-4 py-2 sm:px-5">
              <div className="min-w-0 flex-1">
                <p className="truncate font-medium" title={share.category}>
                  {share.category}
                </p>
                <p className="text-xs text-soft figures">
                  {formatCount(share.runs)} {share.runs === 1 ? "run" : "runs"} · {formatCompact(share.tokens)} tokens
                  {share.unpricedRuns > 0 && ` · ${formatCount(share.unpricedRuns)} unpriced`}
                </p>
              </div>
              <span className="text-right font-medium">{share.unpricedRuns > 0 && share.unpricedRuns === share.runs ? "No price yet" : <Amount usd={share.cost} />}</span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
