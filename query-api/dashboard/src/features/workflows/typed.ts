import { useState } from "react";

/**
 * The text of a field that stands for a value. What is on its way to that very value stays as it is being typed, such as "0." before
 * 0.5 or the comma before the next name; a value that comes from elsewhere, as by undoing, is written anew.
 *
 * @param read undefined where the text stands for nothing
 */
export function useTyped(value: unknown, read: (text: string) => unknown, write: (value: unknown) => string): [string, (typed: string) => void] {
  const [typed, setTyped] = useState<string | null>(null);
  const isTyped = typed !== null && JSON.stringify(read(typed)) === JSON.stringify(value);
  return [isTyped ? typed : write(value), setTyped];
}

/** A value of a config as a text that can be edited. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

/** @returns undefined if it is none */
export function readNumber(text: string, decimal: boolean): number | undefined {
  const trimmed = text.trim().replace(",", ".");
  return (decimal ? /^(\d+\.?\d*|\.\d+)$/ : /^\d+$/).test(trimmed) ? Number(trimmed) : undefined;
}

/** Names with commas between them; undefined if there are none. */
export function readNames(text: string): string[] | undefined {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length === 0 ? undefined : names;
}

/** @returns undefined if it is none */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
