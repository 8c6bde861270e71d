import { numberFormat } from "./formats";

/**
 * Money is nanoUSD in a bigint, or exact decimal text, from the API to the screen: a JavaScript number cannot hold what a large
 * team spends, nor add it up.
 */
export type NanoUsd = bigint;

const SCALE = 1_000_000_000n;

/** Reads the API's exact text, such as "0.00075". */
export function nanoUsd(text: string): NanoUsd {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match) {
    throw new RangeError(`not an amount of dollars: '${text}'`);
  }
  const [, sign, whole, fraction = ""] = match;
  const amount = BigInt(whole!) * SCALE + BigInt(fraction.padEnd(9, "0"));
  return sign ? -amount : amount;
}

/** Exact text, with 2 to 9 places, as the API and a field want it: for people there is {@link formatExactUsd}. */
export function exactUsd(amount: NanoUsd): string {
  const negative = amount < 0n;
  const absolute = negative ? -amount : amount;
  const fraction = (absolute % SCALE).toString().padStart(9, "0").replace(/0{1,7}$/, "");
  return `${negative ? "-" : ""}${absolute / SCALE}.${fraction}`;
}

/** Dollars and cents. */
const PLACES = 2;

/** The one rule for small amounts: three digits that mean something, instead of $0.00, wherever they stand. */
function placesFor(amount: NanoUsd, least: number): number {
  const absolute = amount < 0n ? -amount : amount;
  if (absolute === 0n || absolute >= SCALE / 10n) {
    return least;
  }
  return Math.min(9, Math.max(least, 9 - absolute.toString().length + 3));
}

/**
 * For people: dollars and cents, and more places only where there would be nothing to see.
 *
 * @param least how many places there are at least, from 0 to 9
 */
export function formatUsd(amount: NanoUsd, least: number = PLACES): string {
  return inDollars(amount, least, placesFor(amount, least));
}

/** Of what there is some of, though it is less than a nanoUSD. */
export function formatLeast(): string {
  return `<${inDollars(1n, PLACES, 9)}`;
}

/** For people who want to know it exactly: nothing is rounded, and digits are grouped as everywhere. */
export function formatExactUsd(amount: NanoUsd): string {
  return inDollars(amount, PLACES, 9);
}

/** With so many places and no other, as the ticks of an axis are. */
export function formatUsdPlaces(amount: NanoUsd, places: number): string {
  return inDollars(amount, places, places);
}

function inDollars(amount: NanoUsd, least: number, most: number): string {
  return numberFormat({
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: least,
    maximumFractionDigits: most,
  }).format(exactUsd(amount) as Intl.StringNumericLiteral);
}

/** Whether {@link formatUsd} shows less than there is. */
export function isRounded(amount: NanoUsd, least: number = PLACES): boolean {
  return amount % 10n ** BigInt(9 - placesFor(amount, least)) !== 0n;
}

/** Short, for an axis. */
export function formatUsdShort(amount: NanoUsd): string {
  const absolute = amount < 0n ? -amount : amount;
  if (absolute >= 10_000n * SCALE) {
    return numberFormat({
      style: "currency",
      currency: "USD",
      currencyDisplay: "narrowSymbol",
      notation: "compact",
      minimumFractionDigits: 0,
      maximumFractionDigits: 1,
    }).format(exactUsd(amount) as Intl.StringNumericLiteral);
  }
  return formatUsd(amount);
}

/** What a hover tells: the whole truth. */
export function formatNanoUsd(amount: NanoUsd): string {
  return `${numberFormat().format(amount)} nanoUSD`;
}

/** Only to place something on the screen or to compare sizes; never shown and never added up. */
export function pixels(amount: NanoUsd): number {
  return Number(amount) / 1e9;
}

/** The change from before to now in tenths of a percent, or null if there is nothing to compare with. */
export function changePermille(now: bigint, before: bigint): number | null {
  return before === 0n ? null : Number(((now - before) * 1000n) / before);
}
