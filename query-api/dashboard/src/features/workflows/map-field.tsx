import { Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "@/shared/ui/button";
import { inputClass } from "@/shared/ui/field";
import { useFaultsAt, type At } from "@/shared/ui/field-faults";
import { FaultyGroup } from "./faulty-group";
import { textOf } from "./typed";

interface Row {
  name: string;
  value: unknown;
}

function mapOf(rows: readonly Row[]): Record<string, unknown> {
  return Object.fromEntries(rows.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name, value]));
}

/** Whether a fault is of the line with a name: its path goes on with it from where the lines stand, or is among theirs. */
function isOfLine(path: string, at: At, name: string): boolean {
  const ends = typeof at === "string" ? [`${at}.${name}`] : (at ?? []).filter((one) => one.endsWith(`.${name}`));
  return ends.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
}

/** Names and their texts, one a line. */
export function MapField({
  label,
  names,
  help,
  at,
  value,
  onChange,
}: {
  label: string;
  names: [string, string];
  help?: ReactNode;
  at?: At;
  value: unknown;
  onChange: (value: Record<string, string>) => void;
}) {
  const [typed, setTyped] = useState<readonly Row[] | null>(null);
  const known = (value ?? {}) as Record<string, unknown>;
  // Lines without a name stand here only; what comes from elsewhere, as by undoing, takes the place of what was typed.
  const isTyped = typed !== null && JSON.stringify(mapOf(typed)) === JSON.stringify(known);
  const rows = isTyped ? typed : Object.entries(known).map(([name, value]): Row => ({ name, value }));
  const change = (next: readonly Row[]) => {
    setTyped(next);
    // What is no text, such as a number, stays what it is until it is written anew.
    onChange(mapOf(next) as Record<string, string>);
  };
  const faults = useFaultsAt(at);
  const isFaulty = ({ name }: Row) => name !== "" && faults.some(({ path }) => isOfLine(path, at, name));
  return (
    <FaultyGroup legend={label} at={at} isMarked={rows.some(isFaulty)}>
      <div className="grid gap-2">
        {rows.map(({ name, value }, index) => (
          <div key={index} className="flex items-center gap-1.5">
            <input
              aria-label={`${label}: ${names[0]} ${index + 1}`}
              placeholder={names[0]}
              className={inputClass}
              value={name}
              onChange={(event) => change(rows.with(index, { name: event.target.value, value }))}
            />
            <input
              aria-label={`${label}: ${names[1]} ${index + 1}`}
              placeholder={names[1]}
              aria-invalid={isFaulty({ name, value }) || undefined}
              className={`${inputClass} font-mono text-xs`}
              value={textOf(value)}
              onChange={(event) => change(rows.with(index, { name, value: event.target.value }))}
            />
            <IconButton label={`Remove ${name || `line ${index + 1}`}`} onClick={() => change(rows.toSpliced(index, 1))}>
              <X aria-hidden />
            </IconButton>
          </div>
        ))}
        <Button size="s" kind="quiet" className="justify-self-start" onClick={() => setTyped([...rows, { name: "", value: "" }])}>
          <Plus aria-hidden className="size-4" /> Add
        </Button>
      </div>
      {rows.some(({ name }) => name.trim() === "") && (
        <p role="status" className="mt-1 text-xs text-warning">
          A line is kept only once there is something under {names[0]}.
        </p>
      )}
      {help && <p className="mt-1 text-xs text-soft">{help}</p>}
    </FaultyGroup>
  );
}
