/** Texts, whatever stands in them, and the numbers beside them, of what is JSON. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Of a number that has more digits, so many are told. */
const TOLD_MAX = 40;

/**
 * JSON that a person wrote, of which every number is what was written: those that a browser cannot hold would be sent as others, such as
 * 12345678901234567890 as 12345678901234567000 and 1e400 as nothing.
 *
 * @throws SyntaxError if it is not JSON, RangeError that says which number it is and what to do
 */
export function readExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const changed = text.match(TOKENS)?.find((token) => !token.startsWith('"') && plain(token) !== plain(String(Number(token))));
  if (changed !== undefined) {
    const told = changed.length > TOLD_MAX ? `${changed.slice(0, TOLD_MAX)}…` : changed;
    throw new RangeError(`The number ${told} cannot be kept as it stands. Write it as a text, in quotes, or with fewer digits.`);
  }
  return value;
}

/** One way to write each number. */
function plain(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (sign === undefined) {
    return text;
  }
  return significant === "" ? "0" : `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
