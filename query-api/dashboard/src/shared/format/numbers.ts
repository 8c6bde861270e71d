import { numberFormat } from "./formats";

export function formatCount(count: number | bigint): string {
  return numberFormat().format(count);
}

export function formatCompact(count: number | bigint): string {
  return numberFormat({ notation: "compact", maximumFractionDigits: 1 }).format(count);
}

/**
 * What is too little to be told is told to be less than that, for it is not nothing.
 *
 * @param percent 12.5 for 12.5 %
 * @param isSome whether it is of something, though it may have been rounded to nothing
 */
export function formatPercent(percent: number, digits = 1, isSome = percent > 0): string {
  const format = numberFormat({ style: "percent", maximumFractionDigits: digits });
  const least = 10 ** -digits;
  return isSome && percent < least ? `<${format.format(least / 100)}` : format.format(percent / 100);
}

export function formatChange(permille: number): string {
  return numberFormat({
    style: "percent",
    maximumFractionDigits: Math.abs(permille) < 100 ? 1 : 0,
    signDisplay: "exceptZero",
  }).format(permille / 1000);
}

export function formatDuration(ms: number): string {
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return formatSeconds(ms);
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Of what goes on: in whole seconds, for it changes with each; a clock that goes after the server's has not begun yet. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** In seconds, however long. */
export function formatSeconds(ms: number): string {
  return `${numberFormat({ maximumFractionDigits: 2, minimumFractionDigits: 2 }).format(ms / 1000)} s`;
}

/** Only where a rough size is enough: 16.4 MB. */
export function formatBytes(bytes: number): string {
  return numberFormat({ style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1_000_000);
}

/** Names of the API, such as agent_generation, for people. */
export function words(name: string): string {
  const text = name.replaceAll(/[_-]+/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
