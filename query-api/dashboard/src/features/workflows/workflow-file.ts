import { read, type Definition } from "./definition";
import { readExact } from "./exact";
import { whyNoWorkflow } from "./given";

export interface Draft {
  name: string;
  definition: Definition;
}

/** As it is on the canvas, to be read again by {@link readFile}. */
export function textOf({ name, definition }: Draft): string {
  return JSON.stringify({ name, definition }, null, 2);
}

/** How long a workflow's name may be, in units of UTF-16, as the API counts and as fields do. */
export const NAME_MAX = 200;

/** A name with something before and after it, cut where that is too long together, and never within a character. */
export function namedAfter(name: string, before: string, after = ""): string {
  const room = NAME_MAX - before.length - after.length;
  const plain = name.trim();
  if (plain.length <= room) {
    return before + plain + after;
  }
  let cut = "";
  for (const character of plain) {
    if (cut.length + character.length > room - 1) {
      break;
    }
    cut += character;
  }
  return `${before}${cut.trimEnd()}…${after}`;
}

/** Another workflow that does the same, as it is before it is saved. */
export function copyOf(draft: Draft): Draft {
  return { ...draft, name: namedAfter(draft.name, "Copy of ") };
}

/** A workflow as a file. */
export function download(draft: Draft): void {
  const url = URL.createObjectURL(new Blob([textOf(draft)], { type: "application/json" }));
  downloadFrom(url, fileName(draft.name));
  URL.revokeObjectURL(url);
}

export function fileName(name: string): string {
  return `${name.replaceAll(/[^\w-]+/g, "-").toLowerCase()}.json`;
}

export function downloadFrom(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** @throws SyntaxError if it is not JSON, RangeError that says why if it is no workflow */
export function readFile(text: string, name: string): Draft {
  const given = readExact(text) as { name?: unknown; definition?: unknown; nodes?: unknown } | null;
  const definition = given?.definition ?? given;
  const why = whyNoWorkflow(definition);
  if (why) {
    throw new RangeError(why);
  }
  return { name: typeof given?.name === "string" ? given.name : name, definition: read(definition) };
}
