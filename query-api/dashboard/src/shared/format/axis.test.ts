import { expect, test } from "vitest";
import { axisWidth, labelsApart, ticksInSteps, ticksUpTo, usdTick, wholeTicksUpTo } from "./axis";

const labels = (most: number) => {
  const ticks = ticksUpTo(most);
  return ticks.map(usdTick(ticks));
};

test("an axis has round steps, and the same places on each", () => {
  expect(labels(0.334)).toEqual(["$0.00", "$0.10", "$0.20", "$0.30", "$0.40"]);
  expect(labels(0.9)).toEqual(["$0.00", "$0.25", "$0.50", "$0.75", "$1.00"]);
  expect(labels(37)).toEqual(["$0", "$10", "$20", "$30", "$40"]);
  expect(labels(0.0009)).toEqual(["$0.00000", "$0.00025", "$0.00050", "$0.00075", "$0.00100"]);
  expect(labels(90_000)).toEqual(["$0.00", "$25K", "$50K", "$75K", "$100K"]);
});

test("no step of an axis is less than a nanoUSD, and none is told as another", () => {
  expect(labels(1e-9)).toEqual(["$0.000000000", "$0.000000001"]);
  expect(labels(3e-9)).toEqual(["$0.000000000", "$0.000000001", "$0.000000002", "$0.000000003"]);
  expect(labels(1e-8)).toEqual(["$0.000000000", "$0.000000003", "$0.000000006", "$0.000000009", "$0.000000012"]);
});

test("the axis on the other side has as many steps, and round ones", () => {
  expect(ticksInSteps(128_000, 3)).toEqual([0, 50_000, 100_000, 150_000]);
  expect(ticksInSteps(7, 4)).toEqual([0, 2, 4, 6, 8]);
  expect(wholeTicksUpTo(1)).toEqual([0, 1, 2, 3, 4]);
  expect(wholeTicksUpTo(10)).toEqual([0, 3, 6, 9, 12]);
});

test("of nothing there is an axis too", () => {
  expect(ticksUpTo(0)).toEqual([0, 1]);
  expect(ticksInSteps(0, 1)).toEqual([0, 1]);
});

test("an axis is as wide as its longest label asks for", () => {
  expect(axisWidth(labels(0.334), 58)).toBe(58);
  expect(labels(3_200)).toContain("$3,000.00");
  expect(axisWidth(labels(3_200), 58)).toBeGreaterThanOrEqual("$3,000.00".length * 7.5);
});

test("along an axis as many labels are named as there is room for, at equal distances", () => {
  const days = Array.from({ length: 30 }, (_, day) => `Nov ${day + 1}`);
  const each = (width: number) => width / days.length;
  for (const width of [320, 600, 1200, 6000]) {
    const apart = labelsApart(days, width, 28);
    expect(apart * each(width)).toBeGreaterThanOrEqual("Nov 30".length * 7.5 + 28);
    expect(apart === 1 || (apart - 1) * each(width) < "Nov 30".length * 7.5 + 28).toBe(true);
  }
  expect(labelsApart(days, 6000, 28)).toBe(1);
  expect(labelsApart(days, 0, 28)).toBe(30);
  expect(labelsApart([], 600, 28)).toBe(1);
});
