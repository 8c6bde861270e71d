/**
 * One format for each set of options: making one takes a browser longer than hundreds of uses of it, and a page of amounts and times uses
 * the same few for every cell.
 */
const NUMBERS = new Map<string, Intl.NumberFormat>();

const TIMES = new Map<string, Intl.DateTimeFormat>();

/** In the browser's language. */
export function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const known = NUMBERS.get(key);
  if (known) {
    return known;
  }
  const made = new Intl.NumberFormat(undefined, options);
  NUMBERS.set(key, made);
  return made;
}

/** @param language the browser's, if it is left out */
export function timeFormat(options: Intl.DateTimeFormatOptions, language?: string): Intl.DateTimeFormat {
  const key = `${language ?? ""} ${JSON.stringify(options)}`;
  const known = TIMES.get(key);
  if (known) {
    return known;
  }
  const made = new Intl.DateTimeFormat(language, options);
  TIMES.set(key, made);
  return made;
}
