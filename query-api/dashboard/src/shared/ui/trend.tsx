import type { Schemas } from "@/shared/api/client";
import { ticksInSteps, ticksUpTo, usdTick } from "@/shared/format/axis";
import { formatExactUsd, formatNanoUsd, nanoUsd, pixels } from "@/shared/format/money";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import { Amount } from "./amount";
import { DayChart, type Figure } from "./day-chart";

type Stats = Schemas["Stats"];

/** @see Stats.trends; how high it is follows from its cost */
type Point = Stats["trends"][number] & { height: number };

const FIGURES: readonly Figure<Point>[] = [
  { name: "Spend", text: (day) => formatExactUsd(nanoUsd(day.cost)), cell: (day) => <SpendOf day={day} /> },
  { name: "Exactly", text: (day) => formatNanoUsd(nanoUsd(day.cost)), isHint: true },
  { name: "Tokens", text: (day) => formatCount(day.tokens) },
  { name: "Runs", text: (day) => formatCount(day.runs) + (day.unpricedRuns > 0 ? `, ${withoutPrice(day)}` : ""), cell: (day) => formatCount(day.runs) },
];

/** What has no price yet is never told as free. */
function SpendOf({ day }: { day: Point }) {
  return (
    <>
      <Amount usd={day.cost} />
      {day.unpricedRuns > 0 && <span className="block text-xs whitespace-nowrap text-warning">+ {withoutPrice(day)}</span>}
    </>
  );
}

function withoutPrice({ unpricedRuns }: Point): string {
  return `${formatCount(unpricedRuns)} ${unpricedRuns === 1 ? "run" : "runs"} without a price`;
}

/**
 * Spend and tokens by day.
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
  const days = stats?.trends.map((day): Point => ({ ...day, height: pixels(nanoUsd(day.cost)) }));
  const ticks = ticksUpTo(Math.max(0, ...(days ?? []).map((day) => day.height)));
  const tokenTicks = ticksInSteps(Math.max(0, ...(days ?? []).map((day) => day.tokens)), ticks.length - 1);
  return (
    <DayChart
      title="Spend by day"
      days={days}
      height="h-72"
      asTable={asTable}
      onAsTable={onAsTable}
      onPick={onPick}
      bars={[{ of: "height", name: "Spend", colour: "series-1" }]}
      line={{ of: "tokens", name: "Tokens", colour: "series-2" }}
      left={{ ticks, format: usdTick(ticks), least: 58 }}
      right={{ ticks: tokenTicks, format: formatCompact, least: 46 }}
      figures={FIGURES}
    />
  );
}
