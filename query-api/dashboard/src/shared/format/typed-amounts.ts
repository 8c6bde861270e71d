import { exactUsd, nanoUsd } from "./money";

/** An amount as someone has typed it: exact text for the API, or what is wrong with it and what to write instead. */
export type TypedUsd = { usd: string; fault?: never } | { usd?: never; fault: string };

/** The API counts nanoUSD in 63 bits. */
const MOST_NANO_USD = 2n ** 63n - 1n;

const NOT_ONE = { fault: "An amount such as 30.00" };

/**
 * A point or a comma with three digits after it stands before thousandths in one country and between thousands in another. Those who
 * write in one language often live where the other is the custom, so the browser's language tells nothing.
 */
const TWO_AMOUNTS = /^(0*[1-9]\d*)([.,])(\d{3})$/;

/**
 * Reads dollars with a point or a comma, with or without a sign and separators of thousands, as people of different countries write
 * them. What could be meant in two ways is not guessed, for it is money.
 */
export function typedUsd(text: string): TypedUsd {
  const unsigned = text
    .trim()
    .replace(/^(?:US)?\$\s*/i, "")
    .replace(/\s*(?:USD|\$)$/i, "");
  const either = faultOfTwo(unsigned);
  if (either !== undefined) {
    return { fault: either };
  }
  // Blanks and apostrophes stand between thousands only.
  const bare = unsigned.replaceAll(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, "");
  const plain = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare)
    ? bare.replaceAll(",", "")
    : /^\d{1,3}(\.\d{3})+,\d+$/.test(bare) || /^\d{1,3}(\.\d{3}){2,}$/.test(bare)
      ? bare.replaceAll(".", "").replace(",", ".")
      : bare.replace(/^(\d+),(\d+)$/, "$1.$2");
  if (!/^\d+(\.\d+)?$/.test(plain)) {
    return NOT_ONE;
  }
  if (/\.\d{10}/.test(plain)) {
    return { fault: "At most nine places after the point" };
  }
  const amount = nanoUsd(plain);
  return amount === 0n ? { fault: "More than nothing" } : amount > MOST_NANO_USD ? { fault: "Too large: less than 9.2 billion dollars" } : { usd: exactUsd(amount) };
}

/** How to write a number that could be two; undefined for one that could not. */
export function faultOfTwo(text: string): string | undefined {
  const [, whole, separator, thousandths] = TWO_AMOUNTS.exec(text) ?? [];
  if (whole === undefined || thousandths === undefined) {
    return undefined;
  }
  const fraction = thousandths.replace(/0{1,2}$/, "");
  const decimal = fieldUsd(`${whole}.${fraction.padEnd(2, "0")}`);
  return `Write ${whole}${thousandths} or ${decimal}: with a ${separator === "," ? "comma" : "point"} before three digits it could be either`;
}

/** The API's exact amount as a field holds it, so that it can be read in one way only: a zero more changes no amount. */
export function fieldUsd(exact: string): string {
  return TWO_AMOUNTS.test(exact) ? `${exact}0` : exact;
}

/** What is wrong with it, for a field that may be empty. */
export function faultOfUsd(text: string): string | undefined {
  return text.trim() === "" ? undefined : typedUsd(text).fault;
}

/** What is wrong with a count of tokens, for a field that may be empty. */
export function faultOfCount(text: string): string | undefined {
  if (text.trim() === "") {
    return undefined;
  }
  return !/^[1-9]\d*$/.test(text.trim()) ? "A whole number, in digits only" : Number.isSafeInteger(Number(text)) ? undefined : "Too large";
}
