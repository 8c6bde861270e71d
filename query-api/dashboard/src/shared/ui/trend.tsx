import { Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Schemas } from "@/shared/api/client";
import { axisWidth, ticksInSteps, ticksUpTo, usdTick } from "@/shared/format/axis";
import { formatExactUsd, formatNanoUsd, nanoUsd, pixels } from "@/shared/format/money";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import { formatDay } from "@/shared/format/time";
import { Amount } from "./amount";
import { Button } from "./button";
import { Card, Skeleton } from "./layout";
import { Table, Td, Th } from "./table";

type Stats = Schemas["Stats"];
type Point = Stats["trends"][number];

/**
 * Spend and tokens by day; the same as a table for those who would rather read it, or have no pointer.
 *
 * @param onPick what a day that is chosen leads to
 */
export function Trend({
  stats,
  asTable,
  onAsTable,
  onPick,
}: {
  stats: Stats | undefined;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
  onPick?: ((day: string) => void) | undefined;
}) {
  return (
    <Card
      title="Spend by day"
      actions={
        <>
          <span className="flex items-center gap-3 text-xs text-soft" aria-hidden>
            <span className="flex items-center gap-1.5">
              <span className="size-2.5 rounded-sm bg-series-1" /> Spend
            </span>
            <span className="flex items-center gap-1.5">
              <span className="h-0.5 w-3.5 rounded bg-series-2" /> Tokens
            </span>
          </span>
          <Button size="s" kind="quiet" onClick={() => onAsTable(!asTable)}>
            {asTable ? "As a chart" : "As a table"}
          </Button>
        </>
      }
    >
      <div className="h-72">
        {!stats ? (
          <Skeleton className="h-full" />
        ) : asTable ? (
          <TrendTable days={stats.trends} {...(onPick ? { onPick } : {})} />
        ) : (
          <Chart days={stats.trends} {...(onPick ? { onPick } : {})} />
        )}
      </div>
    </Card>
  );
}

function Chart({ days, onPick }: { days: Point[]; onPick?: (day: string) => void }) {
  const data = days.map((day) => ({ ...day, height: pixels(nanoUsd(day.cost)) }));
  const ticks = ticksUpTo(Math.max(0, ...data.map((day) => day.height)));
  const inUsd = usdTick(ticks);
  const tokenTicks = ticksInSteps(Math.max(0, ...data.map((day) => day.tokens)), ticks.length - 1);
  return (
    <div className="h-full" role="img" aria-label={`Spend and tokens on ${days.length} days; a table has the numbers.`}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 288 }}>
        <ComposedChart
          data={data}
          margin={{ top: 6, right: 0, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          onClick={(state) => {
            if (onPick && typeof state.activeLabel === "string") {
              onPick(state.activeLabel);
            }
          }}
          className={onPick ? "cursor-pointer" : ""}
        >
          <CartesianGrid yAxisId="cost" vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="date"
            tickFormatter={(date: string) => formatDay(date)}
            tickLine={false}
            axisLine={{ stroke: "var(--line-strong)" }}
            interval="equidistantPreserveStart"
            minTickGap={28}
            tickMargin={8}
          />
          <YAxis
            yAxisId="cost"
            width={axisWidth(ticks.map(inUsd), 58)}
            domain={[0, ticks.at(-1)!]}
            ticks={ticks}
            tickFormatter={inUsd}
            tickLine={false}
            axisLine={false}
          />
          <YAxis
            yAxisId="tokens"
            orientation="right"
            width={axisWidth(tokenTicks.map(formatCompact), 46)}
            domain={[0, tokenTicks.at(-1)!]}
            ticks={tokenTicks}
            tickFormatter={(tokens: number) => formatCompact(tokens)}
            tickLine={false}
            axisLine={false}
          />
          <Tooltip
            cursor={{ fill: "var(--accent-wash)" }}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const day = payload?.[0]?.payload as Point | undefined;
              return active && day ? <Tip day={day} /> : null;
            }}
          />
          <Bar yAxisId="cost" dataKey="height" fill="var(--series-1)" radius={[3, 3, 0, 0]} maxBarSize={28} isAnimationActive={false} />
          <Line
            yAxisId="tokens"
            dataKey="tokens"
            // From day to day, and no curve: it would have values that no day has.
            type="linear"
            stroke="var(--series-2)"
            strokeWidth={2}
            dot={data.length === 1}
            isAnimationActive={false}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

function Tip({ day }: { day: Point }) {
  return (
    <div className="rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-pop figures">
      <p className="mb-1 font-semibold">{formatDay(day.date, true)}</p>
      <p className="flex justify-between gap-6">
        <span className="text-soft">Spend</span>
        {formatExactUsd(nanoUsd(day.cost))}
      </p>
      <p className="flex justify-between gap-6">
        <span className="text-soft">Exactly</span>
        {formatNanoUsd(nanoUsd(day.cost))}
      </p>
      <p className="flex justify-between gap-6">
        <span className="text-soft">Tokens</span>
        {formatCount(day.tokens)}
      </p>
      <p className="flex justify-between gap-6">
        <span className="text-soft">Runs</span>
        {formatCount(day.runs)}
      </p>
    </div>
  );
}

function TrendTable({ days, onPick }: { days: Point[]; onPick?: (day: string) => void }) {
  return (
    <div className="relative h-full overflow-y-auto" tabIndex={0} role="region" aria-label="Spend by day, as a table">
      <Table>
        <thead>
          <tr>
            <Th>Day</Th>
            <Th right>Spend</Th>
            <Th right>Tokens</Th>
            <Th right>Runs</Th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((day) => (
            <tr key={day.date}>
              <Td>
                {onPick ? (
                  <button type="button" className="min-h-6 hover:text-accent hover:underline hover:underline-offset-2" onClick={() => onPick(day.date)}>
                    {formatDay(day.date, true)}
                  </button>
                ) : (
                  formatDay(day.date, true)
                )}
              </Td>
              <Td right>
                <Amount usd={day.cost} />
              </Td>
              <Td right>{formatCount(day.tokens)}</Td>
              <Td right>{formatCount(day.runs)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
