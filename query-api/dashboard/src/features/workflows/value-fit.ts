import type { Parameter } from "./api-templates";

/** What is wrong with what was typed, and what to do. */
export interface Refusal {
  detail: string;
  remedy: string;
}

type Kinded = Pick<Parameter, "kind" | "minimum" | "maximum">;

/** As many as one mail goes to. */
const ADDRESSES_MAX = 20;

const ADDRESS_LENGTH_MAX = 320;

const URL_LENGTH_MAX = 2_000;

const DIGITS_MAX = 15;

const SHOWN_MAX = 60;

const NUMBER = /^[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)$/;

/** In quotation marks, which may have commas between them, or without. */
const ONE_OF_LIST = /\s*(?:'([^']*)'|"([^"]*)"|([^,;'"\s][^,;]*)?)\s*(?:[,;]|$)/y;

/** Bare, or in angle brackets behind a name. */
const ADDRESS = /^(?:[^,;:<>()[\]\\"@]*<([^<>]*)>|([^<>]*))$/;

const BARE_ADDRESS = /^[^\s.@,;:<>()[\]\\"]+(?:[.][^\s.@,;:<>()[\]\\"]+)*@[\p{L}\p{Nd}-]+(?:[.][\p{L}\p{Nd}-]+)*$/u;

const WEB_ADDRESS =
  /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?][a-z0-9._~:/?@!$&'()*+,;=%-]*)?(?:#[a-z0-9._~:/?@!$&'()*+,;=%-]*)?$/i;

/**
 * Whether what is typed for a template's parameter is of its kind, by the rules that the API goes by when the template is deployed.
 *
 * @param given not blank
 * @returns null if it is
 */
export function refusalOf(parameter: Kinded, given: string): Refusal | null {
  const text = given.trim();
  switch (parameter.kind) {
    case "data_source":
    case "secret":
    case "text":
      return null;
    case "number":
      return ofNumber(parameter, text);
    case "list":
      return ofList(parameter, text);
    case "email":
      return ofAddresses(parameter, text);
    case "url":
      return isWebAddress(text) ? null : { detail: "is no web address", remedy: "Give one that begins with https:// or http://, such as https://example.com/path." };
  }
}

function ofNumber({ minimum, maximum }: Kinded, text: string): Refusal | null {
  const remedy = `Give a number${boundsInWords(minimum, maximum)}, with a point before decimals.`;
  if (!NUMBER.test(text)) {
    return { detail: "is no number", remedy };
  }
  if (text.replace(/\D/g, "").length > DIGITS_MAX) {
    return { detail: `has more than ${DIGITS_MAX} digits`, remedy };
  }
  if (minimum !== undefined && Number(text) < minimum) {
    return { detail: `is below ${minimum}`, remedy };
  }
  return maximum !== undefined && Number(text) > maximum ? { detail: `is above ${maximum}`, remedy } : null;
}

function boundsInWords(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && maximum !== undefined) {
    return ` from ${minimum} to ${maximum}`;
  }
  return minimum !== undefined ? ` of ${minimum} or more` : maximum !== undefined ? ` of ${maximum} or less` : "";
}

function ofList({ maximum }: Kinded, text: string): Refusal | null {
  const remedy = `Give texts with commas between them${maximum === undefined ? "" : `, ${maximum} at most`}.`;
  const texts = textsOf(text);
  if (texts === null) {
    return { detail: "has a quotation mark that is not closed before the next comma", remedy };
  }
  if (texts.size === 0) {
    return { detail: "has nothing in it", remedy };
  }
  return maximum !== undefined && texts.size > maximum ? { detail: `has ${texts.size} texts`, remedy } : null;
}

/** Each once, without those that are empty; null if a quotation mark stands alone. */
function textsOf(text: string): ReadonlySet<string> | null {
  const within = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const texts = new Set<string>();
  let at = 0;
  while (at < within.length) {
    ONE_OF_LIST.lastIndex = at;
    const one = ONE_OF_LIST.exec(within);
    if (!one) {
      return null;
    }
    one.slice(1).forEach((found: string | undefined) => {
      if (found?.trim()) {
        texts.add(found.trim());
      }
    });
    at = ONE_OF_LIST.lastIndex;
  }
  return texts;
}

function ofAddresses({ maximum = ADDRESSES_MAX }: Kinded, text: string): Refusal | null {
  const remedy = `Give an address such as mara@example.com${maximum === 1 ? "" : `, or up to ${maximum} with commas between them`}.`;
  const addresses = text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (addresses.length === 0) {
    return { detail: "has nothing in it", remedy };
  }
  const wrong = addresses.find((address) => !isAddress(address));
  if (wrong !== undefined) {
    return { detail: addresses.length === 1 ? "is no e-mail address" : `has '${shortened(wrong)}' in it, which is no e-mail address`, remedy };
  }
  return addresses.length > maximum ? { detail: `has ${addresses.length} addresses`, remedy } : null;
}

function isAddress(text: string): boolean {
  const [, within, bare] = ADDRESS.exec(text) ?? [];
  return text.length <= ADDRESS_LENGTH_MAX && BARE_ADDRESS.test(within ?? bare ?? "");
}

function shortened(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}\u2026`;
}

/** What a browser takes says more than a pattern: which ports there are, and which numbers are an address. */
function isWebAddress(text: string): boolean {
  return text.length <= URL_LENGTH_MAX && WEB_ADDRESS.test(text) && !/%(?![0-9a-f]{2})/i.test(text) && URL.canParse(text);
}
