import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/shared/api/client";
import { changePermille, nanoUsd } from "@/shared/format/money";
import { formatChange, formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import { formatDate } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { firstDayShown } from "@/shared/session/history";
import { Amount } from "@/shared/ui/amount";
import { Hint } from "@/shared/ui/hint";
import { FailureLine, Progress, Skeleton } from "@/shared/ui/layout";
import { monthQuery, wholeBudgetQuery, type Stats } from "./api";
import { isCut, lacksPrevious, readOnly, type UsageSearch } from "./search";

/** On a narrow page the first and the last have a line of their own: they have the most to say. */
const WIDE: ReadonlySet<number> = new Set([0, 3]);

export function Cards({
  account,
  stats,
  zone,
  search,
  onShowUnpriced,
}: {
  account: Account;
  stats: Stats | undefined;
  zone: string;
  search: UsageSearch;
  onShowUnpriced: () => void;
}) {
  const now = new Date();
  const first = firstDayShown(account, zone, now);
  const isMonthCut = isCut({ range: "month" }, first, zone, now);
  const month = useQuery({ ...monthQuery(account, zone), enabled: !isMonthCut });
  if (!stats) {
    return (
      <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
        {[0, 1, 2, 3].map((card) => (
          <Skeleton key={card} className={clsx("rounded-xl", WIDE.has(card) && "col-span-2 xl:col-span-1", card === 0 && account.maySeeAll ? "h-[10.25rem]" : "h-[7.75rem] xl:h-auto xl:min-h-[7.75rem]")} />
        ))}
      </div>
    );
  }
  const { summary } = stats;
  // Of a time before that is shown in part or not at all nothing is said: it would be too little.
  const previous = lacksPrevious(search, first, zone, now) ? null : stats.previous;
  const input = sum(summary.tokens, ["input", "cacheRead", "cacheWrite5m", "cacheWrite1h", "inputAudio", "inputImage"]);
  const projected = month.data?.forecast;
  const isNarrowed = readOnly(search.only).length > 0;
  return (
    <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
      <Figure
        label="Spend"
        wide
        testId="card-spend"
        value={<Amount usd={summary.totalCost} />}
        change={previous && <Change now={nanoUsd(summary.totalCost)} before={nanoUsd(previous.totalCost)} moreIsWorse />}
        more={account.maySeeAll && <BudgetLine account={account} />}
        note={
          <>
            {summary.unpricedRuns > 0 && (
              <button type="button" onClick={onShowUnpriced} className="block font-medium text-warning underline underline-offset-2">
                + {formatCount(summary.unpricedRuns)} {summary.unpricedRuns === 1 ? "run" : "runs"} without a price
              </button>
            )}
            {isNarrowed ? (
              // Where a part of it is heading is not reckoned.
              "Where the month is heading is told of everything only"
            ) : isMonthCut || (first !== null && month.data && projected === undefined) ? (
              // It would be reckoned from the last days alone, and be too little: the API does not tell it either.
              `Where the month is heading is not told: the tier ${account.tier} does not show all of it`
            ) : month.error && !month.data ? (
              <FailureLine what="The forecast" error={month.error} retry={() => void month.refetch()} />
            ) : projected && "projectedCost" in projected ? (
              <>
                This month is heading for <Amount usd={projected.projectedCost} places={2} />, between{" "}
                <Amount usd={projected.lowCost} places={2} /> and <Amount usd={projected.highCost} places={2} />
                {month.data && month.data.summary.unpricedRuns > 0 && ", without what has no price"}
              </>
            ) : projected && "reason" in projected && projected.reason === "too_little_data" ? (
              `Too early for a forecast: ${projected.days} of ${projected.daysNeeded} days`
            ) : month.isPending ? (
              // As many lines as it has, so that nothing moves once it is told.
              <span aria-hidden className={clsx("block", summary.unpricedRuns > 0 ? "h-12" : "h-8 xl:h-12")} />
            ) : undefined}
          </>
        }
      />
      <Figure
        label="Tokens"
        testId="card-tokens"
        value={<Exact count={summary.totalTokens} />}
        change={previous && <Change now={BigInt(summary.totalTokens)} before={BigInt(previous.totalTokens)} />}
        note={`${formatCompact(input)} in · ${formatCompact(summary.totalTokens - input)} out`}
      />
      <Figure
        label="Runs"
        testId="card-runs"
        value={<Exact count={summary.totalRuns} />}
        change={previous && <Change now={BigInt(summary.totalRuns)} before={BigInt(previous.totalRuns)} />}
        note={!previous ? `The time before is not shown in the tier ${account.tier}` : previous.totalRuns === 0 ? "None in the time before" : `${formatCount(previous.totalRuns)} in the time before`}
      />
      <Figure
        label="Average per run"
        wide
        testId="card-average"
        value={<Amount usd={summary.avgCostPerRun} some={nanoUsd(summary.totalCost) > 0n} />}
        change={previous && <Change now={nanoUsd(summary.avgCostPerRun)} before={nanoUsd(previous.avgCostPerRun)} moreIsWorse />}
        note={
          <>
            {previous && previous.totalRuns > 0 && (
              <>
                <Amount usd={previous.avgCostPerRun} some={nanoUsd(previous.totalCost) > 0n} /> in the time before
              </>
            )}
            {summary.unpricedRuns > 0 && <span className="block">Over all runs, also those without a price</span>}
          </>
        }
      />
    </div>
  );
}

/** How far the account's own budget is, whatever the page shows: it says of what and since when. Its place is kept until it is known. */
function BudgetLine({ account }: { account: Account }) {
  const { data: budget, error, refetch } = useQuery(wholeBudgetQuery(account));
  const used = budget ? formatPercent(budget.percentage, 1, nanoUsd(budget.spent) > 0n) : "";
  return (
    <div className="mt-2 min-h-7 text-xs text-pretty text-soft figures" data-testid="budget-line">
      {budget ? (
        <>
          <Progress percent={budget.percentage} used={used} level={budget.level} label="The account's budget" />
          <span className="mt-1 block">
            {sinceOf(budget, account.zone)}:{" "}
            <Link to="/settings/budget" className="underline decoration-line-strong underline-offset-2 hover:text-ink">
              {used} of the budget
            </Link>{" "}
            of <Amount usd={budget.limit} />
          </span>
        </>
      ) : budget === null ? (
        <Link to="/settings/budget" className="font-medium text-accent underline underline-offset-2">
          Set a budget
        </Link>
      ) : (
        error && <FailureLine what="The budget" error={error} retry={() => void refetch()} />
      )}
    </div>
  );
}

/** Since when a budget counts, in its own zone; one without periods counts all that there ever was. */
export function sinceOf({ period, periodStart }: { period?: Schemas["Budget"]["period"] | undefined; periodStart: string }, accountZone: string): string {
  const { unit, timezone } = typeof period === "object" ? period : { unit: period, timezone: undefined };
  return unit === "total" ? "Everything so far" : `Everything since ${formatDate(periodStart, timezone ?? accountZone)}`;
}

function sum(tokens: Record<string, number>, kinds: string[]): number {
  return kinds.reduce((total, kind) => total + (tokens[kind] ?? 0), 0);
}

function Exact({ count }: { count: number }) {
  return (
    <Hint text={formatCount(count)}>
      <span className="figures" tabIndex={0} data-count={count}>
        {count < 100_000 ? formatCount(count) : formatCompact(count)}
      </span>
    </Hint>
  );
}

function Figure({
  label,
  value,
  change,
  note,
  more,
  wide = false,
  testId,
}: {
  label: string;
  value: ReactNode;
  change: ReactNode;
  note?: ReactNode;
  more?: ReactNode;
  wide?: boolean;
  testId: string;
}) {
  return (
    <section aria-label={label} data-testid={testId} className={clsx("min-w-0 rounded-xl border border-line bg-surface p-3.5 shadow-card sm:p-4", wide && "col-span-2 xl:col-span-1")}>
      <h2 className="text-[0.8125rem] font-medium text-soft">{label}</h2>
      <div className="mt-1.5 flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <span className="min-w-0 text-xl font-semibold tracking-tight wrap-anywhere sm:text-[1.625rem] sm:leading-8">{value}</span>
        {change}
      </div>
      {more}
      <p className="mt-1.5 min-h-4.5 text-xs text-pretty text-soft">{note}</p>
    </section>
  );
}

/** The change against the previous period, in words for those who do not see the arrow. */
export function Change({ now, before, moreIsWorse = false }: { now: bigint; before: bigint; moreIsWorse?: boolean }) {
  const permille = changePermille(now, before);
  if (permille === null) {
    return null;
  }
  const Icon = permille > 0 ? ArrowUpRight : permille < 0 ? ArrowDownRight : ArrowRight;
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-0.5 text-xs font-medium figures",
        !moreIsWorse || permille === 0 ? "text-soft" : permille > 0 ? "text-warning" : "text-good",
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {formatChange(permille)}
      <span className="sr-only"> against the time before</span>
    </span>
  );
}
