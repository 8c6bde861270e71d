import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ticksInSteps, usdTick, wholeTicksUpTo } from "@/shared/format/axis";
import { formatExactUsd, nanoUsd, pixels } from "@/shared/format/money";
import { formatCompact, formatCount, formatDuration, formatPercent } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import { DayChart, type Figure as DayFigure } from "@/shared/ui/day-chart";
import { Card, Failure, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { analyticsQuery, type Analytics } from "./api-automation";
import { ExecutionCost, unpricedWords } from "./execution-cost";

/** As many as the API looks back on by itself. */
const DAYS_USUAL = 30;

/**
 * How the workflow's runs of the last 30 days have gone, by day and by node.
 *
 * @param shownDays how many the account's tier shows; null for all
 */
export function AnalyticsCards({
  id,
  shownDays,
  zone,
  labels,
  hasRun,
  asTable,
  onAsTable,
}: {
  id: string;
  shownDays: number | null;
  zone: string;
  labels: ReadonlyMap<string, string>;
  hasRun: boolean;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
}) {
  const { data, error, refetch } = useQuery(analyticsQuery(id, zone));
  if (error && !data) {
    return (
      <Card>
        <Failure error={error} retry={() => void refetch()} />
      </Card>
    );
  }
  if (!data) {
    return hasRun && <Skeleton className="h-[46.6rem] rounded-xl lg:h-[40.6rem] xl:h-[29.6rem]" />;
  }
  if ((data.totalExecutions ?? 0) === 0) {
    return null;
  }
  const { p50, p95 } = data.executionTimeMs ?? {};
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4" data-testid="analytics">
        <Figure name={`Runs in ${formatCount(Math.min(DAYS_USUAL, shownDays ?? DAYS_USUAL))} days`} value={formatCount(data.totalExecutions ?? 0)} note={data.failedExecutions ? `${formatCount(data.failedExecutions)} failed` : "none failed"} />
        <Figure name="Completed" value={data.successRate == null ? "–" : formatPercent(Number(data.successRate) * 100)} note="of those that ended by themselves" />
        <Figure name="Duration" value={p50 == null ? "–" : formatDuration(p50)} note={p95 == null ? "the median" : `the median; ${formatPercent(95)} within ${formatDuration(p95)}`} />
        <Figure
          name="Cost"
          value={<Amount usd={data.totalCost ?? "0"} places={4} />}
          note={
            <>
              {data.unpricedCalls ? <span className="block font-medium text-warning">{unpricedWords(data.unpricedCalls)}</span> : null}
              {data.begunExecutions === 0 ? (
                "none has begun yet"
              ) : (
                <>
                  <Amount usd={data.averageCost ?? "0"} places={4} some={nanoUsd(data.totalCost ?? "0") > 0n} /> a run
                </>
              )}
            </>
          }
        />
      </dl>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <Days days={daysOf(data)} asTable={asTable} onAsTable={onAsTable} />
        <Card title="By node" flush>
          <Nodes analytics={data} labels={labels} />
        </Card>
      </div>
    </div>
  );
}

function Figure({ name, value, note }: { name: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <dt className="text-[0.8125rem] text-soft">{name}</dt>
      <dd className="mt-1 text-xl font-semibold figures">{value}</dd>
      <dd className="mt-0.5 text-xs text-soft figures">{note}</dd>
    </div>
  );
}

interface Day {
  date: string;
  completed: number;
  failed: number;
  others: number;
  cost: string;
  unpriced: number;
  /** What its cost is drawn by. */
  height: number;
}

function daysOf(analytics: Analytics): Day[] {
  const costs = new Map((analytics.costByDay ?? []).map((day) => [day.date, day]));
  return (analytics.executionsByDay ?? []).map((day) => {
    const { cost = "0", unpricedCalls: unpriced = 0 } = costs.get(day.date) ?? {};
    return { date: day.date, completed: day.completed, failed: day.failed, others: day.executions - day.completed - day.failed, cost, unpriced, height: pixels(nanoUsd(cost)) };
  });
}

const FIGURES: readonly DayFigure<Day>[] = [
  { name: "Completed", text: (day) => formatCount(day.completed) },
  { name: "Failed", text: (day) => formatCount(day.failed) },
  { name: "Others", text: (day) => formatCount(day.others) },
  {
    name: "Cost",
    text: (day) => [formatExactUsd(nanoUsd(day.cost)), unpricedWords(day.unpriced)].filter(Boolean).join(" "),
    cell: (day) => <ExecutionCost execution={{ totalCost: day.cost, unpricedCalls: day.unpriced }} isBelow />,
  },
];

function Days({ days, asTable, onAsTable }: { days: Day[]; asTable: boolean; onAsTable: (asTable: boolean) => void }) {
  const runs = wholeTicksUpTo(Math.max(0, ...days.map((day) => day.completed + day.failed + day.others)));
  const costs = ticksInSteps(Math.max(0, ...days.map((day) => day.height)), runs.length - 1);
  return (
    <DayChart
      title="Runs and cost by day"
      days={days}
      height="h-62"
      asTable={asTable}
      onAsTable={onAsTable}
      bars={[
        { of: "completed", name: "Completed", colour: "good" },
        { of: "failed", name: "Failed", colour: "critical" },
        { of: "others", name: "Others", colour: "line-strong" },
      ]}
      line={{ of: "height", name: "Cost", colour: "series-1" }}
      left={{ ticks: runs, format: formatCompact, least: 36 }}
      right={{ ticks: costs, format: usdTick(costs), least: 58 }}
      figures={FIGURES}
    />
  );
}

function Nodes({ analytics, labels }: { analytics: Analytics; labels: ReadonlyMap<string, string> }) {
  return (
    <ScrollX label="By node">
      <Table>
        <thead>
          <tr>
            <Th>Node</Th>
            <Th right>Runs</Th>
            <Th right>Failed</Th>
            <Th right className="max-sm:hidden">
              Median
            </Th>
            <Th right>Cost</Th>
          </tr>
        </thead>
        <tbody>
          {(analytics.nodes ?? []).map((node) => (
            <tr key={node.nodeId}>
              {/* What the figures leave of the width: they are what is looked for here. */}
              <Td className="w-full max-w-0 font-medium" title={labels.get(node.nodeId) ?? node.nodeId}>
                <span dir="auto" className="block min-w-20 truncate text-left">
                  {labels.get(node.nodeId) ?? node.nodeId}
                </span>
              </Td>
              <Td right>
                {/* What was skipped did not run, though the API counts it among the runs. */}
                {formatCount(node.runs - node.skipped)}
                {node.skipped > 0 && <span className="block text-xs whitespace-nowrap text-soft">{formatCount(node.skipped)} skipped</span>}
                {node.kept > 0 && <span className="block text-xs whitespace-nowrap text-soft">{formatCount(node.kept)} kept</span>}
              </Td>
              <Td right className={node.failed > 0 ? "text-critical" : "text-soft"}>
                {formatCount(node.failed)}
              </Td>
              <Td right className="whitespace-nowrap max-sm:hidden">
                {node.p50Ms == null ? "–" : formatDuration(node.p50Ms)}
              </Td>
              <Td right>
                <ExecutionCost execution={{ totalCost: node.cost, unpricedCalls: node.unpricedCalls }} isBelow />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollX>
  );
}
