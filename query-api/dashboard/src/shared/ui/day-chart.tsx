import { useState, type KeyboardEvent, type ReactNode } from "react";
import { Bar, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, usePlotArea, XAxis, YAxis, type XAxisTickContentProps } from "recharts";
import { axisWidth, labelsApart } from "@/shared/format/axis";
import { formatCount } from "@/shared/format/numbers";
import { formatDay } from "@/shared/format/time";
import { Button } from "./button";
import { Card, Skeleton } from "./layout";
import { Table, Td, Th } from "./table";

interface Dated {
  /** Such as 2026-11-30. */
  date: string;
}

/** What is told of a day: in the table, beside the chart where the pointer or the arrow keys are, and read out. */
export interface Figure<D> {
  name: string;
  text: (day: D) => string;
  /** In the table, where it is more than its text. */
  cell?: (day: D) => ReactNode;
  /** Only beside the chart: the table tells it at a cell. */
  isHint?: boolean;
}

/** What is drawn of each day. */
export interface Series<D> {
  /** Which number of the day it is. */
  of: keyof D & string;
  name: string;
  /** One of the colours of the theme, as styles.css names them. */
  colour: string;
}

export interface Axis {
  ticks: readonly number[];
  format: (value: number) => string;
  /** How wide it is at least, in pixels. */
  least: number;
}

interface Drawn<D> {
  /** One upon the other, along the axis to the left. */
  bars: readonly Series<D>[];
  /** Along the axis to the right. */
  line: Series<D>;
  left: Axis;
  right: Axis;
  figures: readonly Figure<D>[];
  /** What a day that is chosen leads to. */
  onPick?: ((day: string) => void) | undefined;
}

/** How many series are named beside the title; of more, the names have a line of their own. */
const NAMED_BESIDE = 2;

/**
 * Numbers by day: bars with a line over them, through which the arrow keys lead; the same as a table for those who would rather read it.
 *
 * @param days undefined until they are known
 * @param height of what is below the title, as a class
 */
export function DayChart<D extends Dated>({
  title,
  days,
  height,
  asTable,
  onAsTable,
  ...drawn
}: {
  title: string;
  days: readonly D[] | undefined;
  height: string;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
} & Drawn<D>) {
  const series = [...drawn.bars, drawn.line];
  const isBeside = series.length <= NAMED_BESIDE;
  return (
    <Card
      title={title}
      actions={
        <>
          {isBeside && <Names series={series} line={drawn.line} />}
          <Button size="s" kind="quiet" onClick={() => onAsTable(!asTable)}>
            {asTable ? "As a chart" : "As a table"}
          </Button>
        </>
      }
    >
      <div className={height}>
        {!days ? (
          <Skeleton className="h-full" />
        ) : asTable ? (
          <DayTable title={title} days={days} figures={drawn.figures} onPick={drawn.onPick} />
        ) : (
          <div className="flex h-full flex-col gap-2">
            {!isBeside && <Names series={series} line={drawn.line} />}
            <Plot title={title} days={days} {...drawn} />
          </div>
        )}
      </div>
    </Card>
  );
}

function Names<D>({ series, line }: { series: readonly Series<D>[]; line: Series<D> }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft" aria-hidden>
      {series.map((one) => (
        <span key={one.name} className="flex items-center gap-1.5">
          <span className={one === line ? "h-0.5 w-3.5 rounded" : "size-2.5 rounded-sm"} style={{ background: `var(--${one.colour})` }} /> {one.name}
        </span>
      ))}
    </span>
  );
}

/** Where a key leads from a day; null where it leads nowhere. Without a day, one begins at the end that the key leads away from. */
function dayAt(key: string, from: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
      return Math.min(from + 1, count - 1);
    case "ArrowLeft":
      return from === -1 ? count - 1 : Math.max(from - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** What the chart library draws its layers into, such as the dashed line of a day, which comes and goes. */
const LAYERS = "g[class^='recharts-zIndex-layer']";

/**
 * React listens for the focus at each layer, and a browser takes a part of a picture at which that is listened for as a stop of the tab
 * key: one without a name, a role or a ring. The chart as a whole is the stop.
 */
function withoutStops(drawing: HTMLElement | null): (() => void) | undefined {
  if (!drawing) {
    return undefined;
  }
  const mend = () => drawing.querySelectorAll(`${LAYERS}:not([tabindex])`).forEach((layer) => layer.setAttribute("tabindex", "-1"));
  mend();
  const observer = new MutationObserver(mend);
  observer.observe(drawing, { childList: true, subtree: true });
  return () => observer.disconnect();
}

function Plot<D extends Dated>({ title, days, figures, onPick, ...drawn }: { title: string; days: readonly D[] } & Drawn<D>) {
  const [date, setDate] = useState<string | null>(null);
  // Said once for each key, and not again whenever a number of that day moves.
  const [said, setSaid] = useState("");
  const index = days.findIndex((day) => day.date === date);
  const day = days[index];
  const leave = () => {
    setDate(null);
    setSaid("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.altKey || event.ctrlKey || event.metaKey ? null : days[dayAt(event.key, index, days.length) ?? -1];
    if (to) {
      event.preventDefault();
      setDate(to.date);
      setSaid(`${formatDay(to.date, true)}: ${figures.filter(({ isHint }) => !isHint).map(({ name, text }) => `${name} ${text(to)}`).join(", ")}`);
    } else if (event.key === "Escape" && day) {
      event.preventDefault();
      leave();
    } else if ((event.key === "Enter" || event.key === " ") && day && onPick) {
      event.preventDefault();
      onPick(day.date);
    }
  };
  return (
    <div
      role="application"
      aria-roledescription="chart"
      aria-label={`${title}, ${formatCount(days.length)} days. The arrow keys lead from day to day${onPick ? ", and Enter into one" : ""}; a table has the numbers too.`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      // A layer that is clicked on takes the focus all the same.
      onFocus={(event) => event.target !== event.currentTarget && event.currentTarget.focus({ preventScroll: true })}
      onBlur={leave}
      onPointerMove={() => date !== null && leave()}
      className="relative min-h-0 flex-1 rounded-lg"
    >
      {/* A chart that is drawn before its width is known, or for another, does not make the page wider. */}
      <div ref={withoutStops} aria-hidden className="h-full overflow-x-clip">
        <Drawing days={days} pointed={day?.date} onPick={onPick} figures={figures} {...drawn} />
        {/* At the side where the day is not. */}
        {day && (
          <div className={`pointer-events-none absolute top-1.5 ${index * 2 < days.length ? "right-16" : "left-16"}`}>
            <Tip day={day} figures={figures} />
          </div>
        )}
      </div>
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
    </div>
  );
}

/** The library looks up in the page where the lines of days would be, which are not drawn. */
const NONE = () => [];

/** Between two labels of days, in pixels. */
const DAYS_APART = 28;

/** @param pointed the day that the arrow keys are at */
function Drawing<D extends Dated>({ days, pointed, bars, line, left, right, figures, onPick }: { days: readonly D[]; pointed: string | undefined } & Drawn<D>) {
  return (
    // Not drawn before its size is known: else all of it would be drawn twice.
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart
        data={[...days]}
        margin={{ top: 6, right: 0, bottom: 0, left: 0 }}
        accessibilityLayer={false}
        onClick={(state) => {
          if (onPick && typeof state.activeLabel === "string") {
            onPick(state.activeLabel);
          }
        }}
        className={onPick ? "cursor-pointer" : ""}
      >
        <CartesianGrid yAxisId="left" vertical={false} verticalCoordinatesGenerator={NONE} stroke="var(--line)" />
        <DayAxis days={days} />
        <YAxis yAxisId="left" {...scaleOf(left)} />
        <YAxis yAxisId="right" orientation="right" {...scaleOf(right)} />
        <Tooltip
          cursor={{ fill: "var(--accent-wash)" }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const day = payload?.[0]?.payload as D | undefined;
            return active && day ? <Tip day={day} figures={figures} /> : null;
          }}
        />
        {pointed !== undefined && <ReferenceLine yAxisId="left" x={pointed} stroke="var(--accent)" strokeDasharray="3 3" />}
        {bars.map(({ of, colour }) => (
          <Bar
            key={of}
            yAxisId="left"
            stackId="bars"
            dataKey={of as string}
            fill={`var(--${colour})`}
            radius={bars.length === 1 ? [3, 3, 0, 0] : 0}
            maxBarSize={28}
            isAnimationActive={false}
          />
        ))}
        <Line
          yAxisId="right"
          dataKey={line.of}
          // From day to day, and no curve: it would have values that no day has.
          type="linear"
          stroke={`var(--${line.colour})`}
          strokeWidth={2}
          dot={days.length === 1}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

/** Below the chart: as many days are named as there is room for. */
function DayAxis({ days }: { days: readonly Dated[] }) {
  const labels = days.map(({ date }) => formatDay(date));
  const interval = labelsApart(labels, usePlotArea()?.width ?? 0, DAYS_APART) - 1;
  return <XAxis dataKey="date" tick={labelled(formatDay)} tickLine={false} axisLine={{ stroke: "var(--line-strong)" }} interval={interval} tickMargin={8} />;
}

/**
 * The labels of an axis. Those of the library are of no theme, and it looks up in the page how wide each word of them is: the page is laid
 * out anew for each, which takes longer than to draw the chart.
 */
function labelled<V extends string | number>(format: (value: V) => string) {
  return ({ x, y, textAnchor, verticalAnchor, payload }: Pick<XAxisTickContentProps, "x" | "y" | "textAnchor" | "verticalAnchor" | "payload">) => (
    <text x={x} y={y} dy={verticalAnchor === "start" ? "0.71em" : "0.355em"} textAnchor={textAnchor} fill="var(--soft)" className="text-xs">
      {format(payload.value as V)}
    </text>
  );
}

function scaleOf({ ticks, format, least }: Axis) {
  return {
    width: axisWidth(ticks.map(format), least),
    domain: [0, ticks.at(-1)!],
    ticks: [...ticks],
    tick: labelled(format),
    interval: 0,
    tickLine: false,
    axisLine: false,
  };
}

function Tip<D extends Dated>({ day, figures }: { day: D; figures: readonly Figure<D>[] }) {
  return (
    <div className="rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-pop figures">
      <p className="mb-1 font-semibold">{formatDay(day.date, true)}</p>
      {figures.map(({ name, text }) => (
        <p key={name} className="flex justify-between gap-6">
          <span className="text-soft">{name}</span>
          {text(day)}
        </p>
      ))}
    </div>
  );
}

function DayTable<D extends Dated>({
  title,
  days,
  figures,
  onPick,
}: {
  title: string;
  days: readonly D[];
  figures: readonly Figure<D>[];
  onPick: ((day: string) => void) | undefined;
}) {
  const columns = figures.filter(({ isHint }) => !isHint);
  return (
    <div className="relative h-full overflow-auto" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <Table>
        <thead>
          <tr>
            <Th>Day</Th>
            {columns.map(({ name }) => (
              <Th key={name} right>
                {name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((day) => (
            <tr key={day.date}>
              <Td className="whitespace-nowrap">
                {onPick ? (
                  <button type="button" className="min-h-6 hover:text-accent hover:underline hover:underline-offset-2" onClick={() => onPick(day.date)}>
                    {formatDay(day.date, true)}
                  </button>
                ) : (
                  formatDay(day.date, true)
                )}
              </Td>
              {columns.map(({ name, text, cell }) => (
                <Td key={name} right>
                  {cell ? cell(day) : text(day)}
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
