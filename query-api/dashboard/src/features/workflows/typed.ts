import { useState } from "react";
import { readExact } from "./exact";

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
  const isOne = (decimal ? /^(\d+\.?\d*|\.\d+)$/ : /^\d+$/).test(trimmed);
  // A longer one would become another.
  return isOne && (decimal || Number.isSafeInteger(Number(trimmed))) ? Number(trimmed) : undefined;
}

/** Names with commas between them; undefined if there are none. */
export function readNames(text: string): string[] | undefined {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length === 0 ? undefined : names;
}

/** @returns undefined if it is none, or has a number in it that would become another */
export function readJson(text: string): unknown {
  try {
    return readExact(text);
  } catch {
    return undefined;
  }
}

/** Why a text stands for nothing; undefined where it is JSON, or empty. */
export function whyNoJson(text: string): string | undefined {
  if (text.trim() === "") {
    return undefined;
  }
  try {
    readExact(text);
    return undefined;
  } catch (error) {
    return error instanceof RangeError ? error.message : "This is not JSON.";
  }
}
