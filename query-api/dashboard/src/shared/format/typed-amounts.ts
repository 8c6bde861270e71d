import { exactUsd, nanoUsd } from "./money";

/** An amount as someone has typed it: exact text for the API, or what is wrong with it and what to write instead. */
export type TypedUsd = { usd: string; fault?: never } | { usd?: never; fault: string };

/** The API counts nanoUSD in 63 bits. */
const MOST_NANO_USD = 2n ** 63n - 1n;

const NOT_ONE = { fault: "An amount such as 30.00" };

/**
 * Reads dollars with a point or a comma, with or without a sign and separators of thousands, as people of different countries write
 * them. What could be meant in two ways is not guessed, for it is money.
 */
export function typedUsd(text: string): TypedUsd {
  const bare = text
    .trim()
    .replace(/^(?:US)?\$\s*/i, "")
    .replace(/\s*(?:USD|\$)$/i, "")
    // Blanks and apostrophes stand between thousands only.
    .replaceAll(/(?<=\d)[\s'’](?=\d{3}(?!\d))/g, "");
  if (/^[1-9]\d{0,2},\d{3}$/.test(bare)) {
    return { fault: `Write ${bare.replace(",", "")} or ${bare.replace(",", ".")}: with a comma it could be either` };
  }
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
