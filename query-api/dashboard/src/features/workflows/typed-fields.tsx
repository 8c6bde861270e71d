import type { ReactNode } from "react";
import { faultOfTwo, faultOfUsd, fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import { TextArea, TextField } from "@/shared/ui/field";
import type { At } from "@/shared/ui/field-faults";
import { readJson, readNames, readNumber, textOf, useTyped, whyNoJson } from "./typed";

interface Props<T> {
  label: string;
  help?: ReactNode;
  placeholder?: string;
  at?: At;
  value: unknown;
  onChange: (value: T | undefined) => void;
}

/** A number that is not below zero; undefined while there is none. */
export function NumberField({ decimal = false, value, onChange, ...field }: Props<number> & { decimal?: boolean }) {
  const read = (text: string) => readNumber(text, decimal);
  const [text, setTyped] = useTyped(value, read, textOf);
  return (
    <TextField
      {...field}
      inputMode={decimal ? "decimal" : "numeric"}
      value={text}
      error={text.trim() !== "" && read(text) === undefined ? (decimal ? "A number such as 0.7" : "A whole number") : undefined}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}

/**
 * Dollars, as exact text; undefined while there are none. What is no amount, or could be two, is handed on so that it is refused when
 * it is saved, and never taken for no limit or for another one.
 */
export function UsdField({ value, onChange, ...field }: Props<string>) {
  const [text, setTyped] = useTyped(value, readUsd, (usd) => fieldUsd(textOf(usd)));
  return (
    <TextField
      {...field}
      prefix="$"
      inputMode="decimal"
      value={text}
      error={faultOfUsd(text)}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(readUsd(event.target.value));
      }}
    />
  );
}

function readUsd(text: string): string | undefined {
  const trimmed = text.trim();
  // The API, whose point is a decimal one, would take 1.500 for one and a half; with a comma it takes it for nothing.
  return typedUsd(text).usd ?? ((faultOfTwo(trimmed) === undefined ? trimmed : trimmed.replace(".", ",")) || undefined);
}

/** Names with commas between them. */
export function NamesField({ value, onChange, ...field }: Props<string[]>) {
  const [text, setTyped] = useTyped(value, readNames, (names) => (Array.isArray(names) ? names.join(", ") : textOf(names)));
  return (
    <TextField
      {...field}
      value={text}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(readNames(event.target.value));
      }}
    />
  );
}

/** What is no text: a filter with all that is in it, a list, a number. */
export function JsonField({ value, onChange, ...field }: Props<unknown>) {
  const [text, setTyped] = useTyped(value, readJson, (json) => (json === undefined ? "" : JSON.stringify(json, null, 2)));
  return (
    <TextArea
      {...field}
      rows={3}
      spellCheck={false}
      className="min-h-0 font-mono text-xs"
      value={text}
      error={whyNoJson(text)}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(readJson(event.target.value));
      }}
    />
  );
}
