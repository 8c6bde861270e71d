/** What fields are called in forms, where it is not what the API calls them. */
const CALLED: Readonly<Record<string, string>> = {
  body: "request",
  currentPassword: "password you have",
  displayName: "name",
  email: "e-mail address",
  eventTypes: "kinds of alerts",
  from: "beginning",
  headerNames: "headers",
  limitUsd: "limit",
  maxTokens: "limit of tokens",
  maxTokensPerPrompt: "limit of tokens per prompt",
  promptsPerMonth: "number of prompts a month",
  timezone: "time zone",
  to: "recipients",
  url: "address",
  userId: "member",
};

const PART = /^([A-Za-z][A-Za-z0-9_]*)(?:\[(\d+)\])?$/;

/** What lies deeper than this is clearer by its path. */
const PARTS_MAX = 3;

/**
 * A field of a request for people, such as "The member of the first of the list of permissions" for permissions[0].userId; as it is,
 * where it is not a path of names.
 */
export function fieldInWords(field: string): string {
  const parts = field.split(".").map((part) => PART.exec(part));
  if (parts.length > PARTS_MAX || parts.includes(null)) {
    return field;
  }
  const words = parts.map((part) => {
    const [, name = "", index] = part!;
    const called = CALLED[name] ?? spelledOut(name);
    const whole = isSeveral(name) ? `the list of ${called}` : `the ${called}`;
    return index === undefined ? whole : `the ${nth(Number(index))} of ${whole}`;
  });
  return capital(words.reverse().join(" of "));
}

/** From camel case or with underscores; an id stands for what it is of, and money is in dollars. */
export function spelledOut(name: string): string {
  return name
    .replaceAll("_", " ")
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, " ")
    .toLowerCase()
    .replace(/ id$/, "")
    .replace(/ usd$/, " in dollars")
    .replace(/ ms$/, " in milliseconds");
}

function isSeveral(name: string): boolean {
  return name === "to" || (/[^s]s$/.test(name) && !/(?:address|status|access|Ms|Hours|Tokens)$/i.test(name));
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** @param index from 0 */
export function nth(index: number): string {
  const number = index + 1;
  const ending = number % 100 >= 11 && number % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return ORDINALS[index] ?? `${number}${ending}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
