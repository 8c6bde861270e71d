import { formatUsdPlaces, formatUsdShort } from "./money";

const STEPS = [1, 2, 2.5, 5, 10];

/** There is no smaller part of a dollar. */
const NANO = 1e-9;

/** Dollars: round values from nothing to at least the most, about four steps of them. Only to place something on the screen. */
export function ticksUpTo(most: number): number[] {
  if (most <= 0) {
    return [0, 1];
  }
  const round = roundStep(most / 4);
  const step = round < 10 * NANO ? Math.ceil(round / NANO - 1e-6) * NANO : round;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => index * step);
}

/** Of what is counted: whole steps, four of them at least. */
export function wholeTicksUpTo(most: number): number[] {
  const step = Math.max(1, Math.ceil(roundStep(Math.max(1, most) / 4)));
  return Array.from({ length: Math.max(4, Math.ceil(most / step)) + 1 }, (_, index) => index * step);
}

/** As many steps as the axis on the other side has, so that both share its lines. */
export function ticksInSteps(most: number, steps: number): number[] {
  if (most <= 0 || steps < 1) {
    return [0, 1];
  }
  const step = roundStep(most / steps);
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** The smallest round number that is at least as much. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (STEPS.find((one) => one * power >= rough * (1 - 1e-9)) ?? 10);
}

/** Dollars on an axis: as many places as the steps need, the same on each. */
export function usdTick(ticks: readonly number[]): (usd: number) => string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const digits = Math.min(9, Math.max(2, Math.ceil(-Math.log10(step) - 1e-9) + (isWholeStep(step) ? 0 : 1)));
  return (usd) => {
    const amount = BigInt(Math.round(usd * 1e9));
    return step >= 1000 ? formatUsdShort(amount) : formatUsdPlaces(amount, step >= 1 && Number.isInteger(step) ? 0 : digits);
  };
}

/** Not a step such as 0.25, which needs a place more than 0.2 does. */
function isWholeStep(step: number): boolean {
  const first = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
  return Math.abs(first - Math.round(first)) < 1e-6;
}

/** About what a digit takes at the size of an axis, in pixels. */
const DIGIT_PX = 7.5;

/** Between the widest label and the axis. */
const BESIDE_PX = 12;

/** So wide that the longest of its labels is not cut off, in pixels. */
export function axisWidth(labels: readonly string[], least: number): number {
  return Math.max(least, widest(labels) + BESIDE_PX);
}

/**
 * Which of the labels along an axis there is room for.
 *
 * @param width of the axis, in pixels
 * @param gap between two of them at least, in pixels
 * @returns 1 for all of them, 2 for every other, and so on
 */
export function labelsApart(labels: readonly string[], width: number, gap: number): number {
  const each = width / Math.max(1, labels.length);
  return each > 0 ? Math.max(1, Math.ceil((widest(labels) + gap) / each)) : Math.max(1, labels.length);
}

/** About, in pixels. */
function widest(labels: readonly string[]): number {
  return Math.ceil(Math.max(0, ...labels.map((label) => label.length)) * DIGIT_PX);
}
