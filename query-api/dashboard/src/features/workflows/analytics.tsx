import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ticksInSteps, usdTick, wholeTicksUpTo } from "@/shared/format/axis";
import { formatExactUsd, nanoUsd, pixels } from "@/shared/format/money";
import { formatCount, formatDuration, formatPercent } from "@/shared/format/numbers";
import { formatDay } from "@/shared/format/time";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { Card, Failure, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { analyticsQuery, type Analytics } from "./api-automation";

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
        <Figure name="Duration" value={p50 == null ? "–" : formatDuration(p50)} note={p95 == null ? "the median" : `the median; 95 % within ${formatDuration(p95)}`} />
        <Figure
          name="Cost"
          value={<Amount usd={data.totalCost ?? "0"} places={4} />}
          note={
            <>
              <Amount usd={data.averageCost ?? "0"} places={4} /> a run
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
  height: number;
}

function daysOf(analytics: Analytics): Day[] {
  const costs = new Map((analytics.costByDay ?? []).map((day) => [day.date, day.cost]));
  return (analytics.executionsByDay ?? []).map((day) => {
    const cost = costs.get(day.date) ?? "0";
    return { date: day.date, completed: day.completed, failed: day.failed, others: day.executions - day.completed - day.failed, cost, height: pixels(nanoUsd(cost)) };
  });
}

function Days({ days, asTable, onAsTable }: { days: Day[]; asTable: boolean; onAsTable: (asTable: boolean) => void }) {
  return (
    <Card
      title="Runs and cost by day"
      actions={
        <Button size="s" kind="quiet" onClick={() => onAsTable(!asTable)}>
          {asTable ? "As a chart" : "As a table"}
        </Button>
      }
    >
      {asTable ? <DaysTable days={days} /> : <Chart days={days} />}
    </Card>
  );
}

function DaysTable({ days }: { days: Day[] }) {
  return (
    <div className="relative h-62 overflow-y-auto" tabIndex={0} role="region" aria-label="Runs and cost by day, as a table">
      <Table>
        <thead>
          <tr>
            <Th>Day</Th>
            <Th right>Completed</Th>
            <Th right>Failed</Th>
            <Th right>Others</Th>
            <Th right>Cost</Th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((day) => (
            <tr key={day.date}>
              <Td className="whitespace-nowrap">{formatDay(day.date, true)}</Td>
              <Td right>{formatCount(day.completed)}</Td>
              <Td right>{formatCount(day.failed)}</Td>
              <Td right>{formatCount(day.others)}</Td>
              <Td right>
                <Amount usd={day.cost} places={4} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Chart({ days }: { days: Day[] }) {
  const runs = wholeTicksUpTo(Math.max(0, ...days.map((day) => day.completed + day.failed + day.others)));
  const ticks = ticksInSteps(Math.max(0, ...days.map((day) => day.height)), runs.length - 1);
  return (
    <>
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft" aria-hidden>
        <Key colour="bg-good">Completed</Key>
        <Key colour="bg-critical">Failed</Key>
        <Key colour="bg-line-strong">Others</Key>
        <Key colour="bg-series-1">Cost</Key>
      </p>
      <div className="h-56" role="img" aria-label={`Runs and cost on ${days.length} days: ${days.map((day) => `${formatDay(day.date)} ${day.completed} completed, ${day.failed} failed, ${formatExactUsd(nanoUsd(day.cost))}`).join("; ")}`}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 224 }}>
          <ComposedChart data={days} margin={{ top: 6, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid yAxisId="runs" vertical={false} stroke="var(--line)" />
            <XAxis dataKey="date" tickFormatter={(date: string) => formatDay(date)} tickLine={false} axisLine={{ stroke: "var(--line-strong)" }} minTickGap={28} tickMargin={8} />
            <YAxis yAxisId="runs" width={36} domain={[0, runs.at(-1)!]} ticks={runs} tickLine={false} axisLine={false} />
            <YAxis
              yAxisId="cost"
              orientation="right"
              width={76}
              domain={[0, ticks.at(-1)!]}
              ticks={ticks}
              tickFormatter={usdTick(ticks)}
              tickLine={false}
              axisLine={false}
            />
            <Tooltip
              cursor={{ fill: "var(--accent-wash)" }}
              isAnimationActive={false}
              content={({ active, payload }) => {
                const day = payload?.[0]?.payload as Day | undefined;
                return active && day ? <Tip day={day} /> : null;
              }}
            />
            <Bar yAxisId="runs" stackId="runs" dataKey="completed" fill="var(--good)" maxBarSize={28} isAnimationActive={false} />
            <Bar yAxisId="runs" stackId="runs" dataKey="failed" fill="var(--critical)" maxBarSize={28} isAnimationActive={false} />
            <Bar yAxisId="runs" stackId="runs" dataKey="others" fill="var(--line-strong)" maxBarSize={28} isAnimationActive={false} />
            <Line yAxisId="cost" dataKey="height" type="linear" stroke="var(--series-1)" strokeWidth={2} dot={days.length === 1} isAnimationActive={false} />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

function Key({ colour, children }: { colour: string; children: ReactNode }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`size-2.5 rounded-sm ${colour}`} /> {children}
    </span>
  );
}

function Tip({ day }: { day: Day }) {
  return (
    <div className="rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-pop figures">
      <p className="mb-1 font-semibold">{formatDay(day.date, true)}</p>
      {[
        ["Completed", formatCount(day.completed)],
        ["Failed", formatCount(day.failed)],
        ["Others", formatCount(day.others)],
        ["Cost", formatExactUsd(nanoUsd(day.cost))],
      ].map(([name, value]) => (
        <p key={name} className="flex justify-between gap-6">
          <span className="text-soft">{name}</span>
          {value}
        </p>
      ))}
    </div>
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
              <Td className="max-w-40 truncate font-medium" title={labels.get(node.nodeId) ?? node.nodeId}>{labels.get(node.nodeId) ?? node.nodeId}</Td>
              <Td right>{formatCount(node.runs)}</Td>
              <Td right className={node.failed > 0 ? "text-critical" : "text-soft"}>
                {formatCount(node.failed)}
              </Td>
              <Td right className="max-sm:hidden">
                {node.p50Ms == null ? "–" : formatDuration(node.p50Ms)}
              </Td>
              <Td right>
                <Amount usd={node.cost} places={4} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollX>
  );
}
