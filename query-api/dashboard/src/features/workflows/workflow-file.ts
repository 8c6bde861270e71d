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
