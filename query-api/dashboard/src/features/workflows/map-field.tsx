import { Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "@/shared/ui/button";
import { inputClass } from "@/shared/ui/field";

/** Names and their texts, one a line. */
export function MapField({
  label,
  names,
  help,
  value,
  onChange,
}: {
  label: string;
  names: [string, string];
  help?: ReactNode;
  value: unknown;
  onChange: (value: Record<string, string>) => void;
}) {
  const [rows, setRows] = useState(() =>
    Object.entries((value ?? {}) as Record<string, unknown>).map(([name, text]) => [name, typeof text === "string" ? text : JSON.stringify(text)] as [string, string]),
  );
  const change = (next: [string, string][]) => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([name]) => name.trim() !== "")));
  };
  return (
    <fieldset>
      <legend className="mb-1 text-[0.8125rem] font-medium">{label}</legend>
      <div className="grid gap-2">
        {rows.map(([name, text], index) => (
          <div key={index} className="flex items-center gap-1.5">
            <input
              aria-label={`${label}: ${names[0]} ${index + 1}`}
              placeholder={names[0]}
              className={inputClass}
              value={name}
              onChange={(event) => change(rows.with(index, [event.target.value, text]))}
            />
            <input
              aria-label={`${label}: ${names[1]} ${index + 1}`}
              placeholder={names[1]}
              className={`${inputClass} font-mono text-xs`}
              value={text}
              onChange={(event) => change(rows.with(index, [name, event.target.value]))}
            />
            <IconButton label={`Remove ${name || `line ${index + 1}`}`} onClick={() => change(rows.toSpliced(index, 1))}>
              <X aria-hidden />
            </IconButton>
          </div>
        ))}
        <Button size="s" kind="quiet" className="justify-self-start" onClick={() => setRows([...rows, ["", ""]])}>
          <Plus aria-hidden className="size-4" /> Add
        </Button>
      </div>
      {help && <p className="mt-1 text-xs text-soft">{help}</p>}
    </fieldset>
  );
}
