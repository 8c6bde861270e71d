import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DayChart } from "./day-chart";

const DAYS = [
  { date: "2026-11-01", runs: 1, cost: 0.5 },
  { date: "2026-11-02", runs: 2, cost: 0.25 },
  { date: "2026-11-03", runs: 3000, cost: 0.75 },
];

const AXIS = { ticks: [0, 1500, 3000], format: String, least: 30 };

// Nothing has a size here, and what has none is not drawn.
beforeEach(() => void vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 600, 288)));

afterEach(() => vi.restoreAllMocks());

function Runs({ days = DAYS, onPick }: { days?: typeof DAYS; onPick?: (day: string) => void }) {
  return (
    <DayChart
      title="Runs by day"
      days={days}
      height="h-72"
      asTable={false}
      onAsTable={() => undefined}
      onPick={onPick}
      bars={[{ of: "runs", name: "Runs", colour: "series-1" }]}
      line={{ of: "cost", name: "Cost", colour: "series-2" }}
      left={AXIS}
      right={AXIS}
      figures={[
        { name: "Runs", text: ({ runs }) => runs.toLocaleString("en") },
        { name: "Cost", text: ({ cost }) => `$${cost}` },
        { name: "Exactly", text: ({ cost }) => `${cost * 1e9} nanoUSD`, isHint: true },
      ]}
    />
  );
}

const chart = () => screen.getByRole("application", { name: /^Runs by day, 3 days/ });

const said = () => chart().querySelector("[aria-live=polite]")!.textContent;

test("the arrow keys lead from day to day of a chart, and what there is of each is read out", async () => {
  render(<Runs />);
  expect(said()).toBe("");
  await userEvent.tab();
  await userEvent.tab();
  expect(document.activeElement).toBe(chart());
  await userEvent.keyboard("{ArrowLeft}");
  expect(said()).toMatch(/3.*: Runs 3,000, Cost \$0\.75$/);
  expect(screen.getByText("750000000 nanoUSD")).toBeTruthy();
  expect(chart().querySelector(".recharts-reference-line line")).not.toBeNull();
  await userEvent.keyboard("{ArrowRight}");
  expect(said()).toContain("Runs 3,000");
  await userEvent.keyboard("{ArrowLeft}");
  expect(said()).toContain("Runs 2,");
  await userEvent.keyboard("{Home}{ArrowLeft}");
  expect(said()).toContain("Runs 1,");
  await userEvent.keyboard("{End}");
  expect(said()).toContain("Runs 3,000");
  await userEvent.keyboard("{Escape}");
  expect(said()).toBe("");
  expect(chart().querySelector(".recharts-reference-line")).toBeNull();
  await userEvent.keyboard("{ArrowRight}");
  expect(said()).toContain("Runs 1,");
  await userEvent.tab();
  expect(said()).toBe("");
});

test("Enter leads into the day that the arrow keys are at, and nowhere before they are at one", async () => {
  const onPick = vi.fn();
  render(<Runs onPick={onPick} />);
  act(() => chart().focus());
  await userEvent.keyboard("{Enter}");
  expect(onPick).not.toHaveBeenCalled();
  await userEvent.keyboard("{Home}{ArrowRight}{Enter}");
  expect(onPick).toHaveBeenCalledExactlyOnceWith("2026-11-02");
});

test("a day whose numbers move while the keys are at it is not read out once more, and one that is gone is left", async () => {
  const { rerender } = render(<Runs />);
  act(() => chart().focus());
  await userEvent.keyboard("{End}");
  const before = said();
  rerender(<Runs days={DAYS.map((day) => ({ ...day, runs: day.runs + 1 }))} />);
  expect(said()).toBe(before);
  expect(screen.getByText("3,001")).toBeTruthy();
  rerender(<Runs days={[{ date: "2026-10-30", runs: 7, cost: 1 }, ...DAYS.slice(0, 2)]} />);
  expect(screen.queryByText("3,001")).toBeNull();
  await userEvent.keyboard("{ArrowRight}");
  expect(said()).toContain("Runs 7,");
});

test("no layer of the picture is a stop of the tab key, nor are those that come with a day, and one that is clicked on leads to the chart", async () => {
  render(<Runs />);
  const layers = () => [...chart().querySelectorAll<SVGGElement>("g[class^='recharts-zIndex-layer']")];
  const areNoStops = () => expect(layers().map((layer) => layer.getAttribute("tabindex"))).toEqual(layers().map(() => "-1"));
  await waitFor(areNoStops);
  expect(layers().length).toBeGreaterThan(0);
  act(() => chart().focus());
  await userEvent.keyboard("{ArrowLeft}");
  expect(chart().querySelector(".recharts-reference-line line")).not.toBeNull();
  await waitFor(areNoStops);
  act(() => layers()[0]!.focus());
  expect(document.activeElement).toBe(chart());
});

test("it is drawn in the size that it has, and in no other before", async () => {
  const before: (string | null)[] = [];
  const observer = new MutationObserver((changes) =>
    changes.filter(({ target }) => target instanceof SVGSVGElement).forEach(({ oldValue }) => before.push(oldValue)),
  );
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["height"], attributeOldValue: true });
  render(<Runs />);
  await waitFor(() => expect(chart().querySelector("svg.recharts-surface")?.getAttribute("height")).toBe("288"));
  await act(() => Promise.resolve());
  observer.disconnect();
  expect(before).toEqual([]);
});

test("where its frame becomes narrower, it is drawn in that width, and takes none of the page until then", async () => {
  let narrow = () => {};
  class Observer {
    constructor(private readonly resized: ResizeObserverCallback) {}
    observe(target: Element) {
      if (target.matches(".recharts-responsive-container")) {
        narrow = () => this.resized([{ contentRect: new DOMRect(0, 0, 360, 288) } as ResizeObserverEntry], this as unknown as ResizeObserver);
      }
    }
    unobserve() {}
    disconnect() {}
  }
  vi.stubGlobal("ResizeObserver", Observer);
  render(<Runs />);
  const drawn = () => chart().querySelector("svg.recharts-surface")!;
  await waitFor(() => expect(drawn().getAttribute("width")).toBe("600"));
  expect(drawn().closest(".overflow-x-clip")).not.toBeNull();
  act(() => narrow());
  await waitFor(() => expect(drawn().getAttribute("width")).toBe("360"));
  vi.unstubAllGlobals();
});

test("the labels of the axes are in the theme's colour", async () => {
  render(<Runs />);
  await waitFor(() => expect(chart().querySelectorAll("text").length).toBeGreaterThan(0));
  const colours = [...chart().querySelectorAll("text")].map((label) => label.style.fill || label.getAttribute("fill"));
  expect(new Set(colours)).toEqual(new Set(["var(--soft)"]));
});

test("no label is looked up in the page for how wide it is", async () => {
  render(<Runs />);
  await waitFor(() => expect(screen.getByText("Nov 2")).toBeTruthy());
  expect(screen.getAllByText("3000")).toHaveLength(2);
  // Where the library does so.
  expect(document.getElementById("recharts_measurement_span")).toBeNull();
});
