import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/shared/ui/button";
import { inputClass, SelectField } from "@/shared/ui/field";
import { useFaultsAt } from "@/shared/ui/field-faults";
import { FaultyGroup } from "./faulty-group";
import { textOf } from "./typed";

const OPERATORS = {
  "=": "is",
  "!=": "is not",
  ">": "is above",
  "<": "is below",
  ">=": "is at least",
  "<=": "is at most",
  contains: "contains",
  startsWith: "begins with",
  endsWith: "ends with",
};

const AT = "config.query.where";

interface Where {
  field?: string;
  operator?: string;
  value?: unknown;
}

/** What must hold of a record for it to be read: all of it. */
export function WhereField({ value, onChange }: { value: unknown; onChange: (value: Where[] | undefined) => void }) {
  const rows = Array.isArray(value) ? (value as Where[]) : [];
  const change = (index: number, patch: Where) => onChange(rows.with(index, { ...rows[index], ...patch }));
  const faults = useFaultsAt(AT);
  const isFaulty = (index: number, part: string) => faults.some(({ path }) => path.startsWith(`${AT}[${index}].${part}`)) || undefined;
  const isMarked = rows.some((_, index) => isFaulty(index, "field") || isFaulty(index, "value"));
  return (
    <FaultyGroup legend="Records where" at={AT} isMarked={isMarked}>
      <div className="grid gap-2">
        {rows.map((row, index) => {
          const where = `Records where, ${index + 1}`;
          return (
            <div key={index} className="grid grid-cols-[minmax(0,1fr)_auto] gap-1.5 rounded-lg border border-line p-2">
              <input aria-label={`${where}: field`} placeholder="Field" aria-invalid={isFaulty(index, "field")} className={inputClass} value={row.field ?? ""} onChange={(event) => change(index, { field: event.target.value })} />
              <IconButton label={`Remove ${row.field || `condition ${index + 1}`}`} onClick={() => onChange(rows.length === 1 ? undefined : rows.toSpliced(index, 1))}>
                <X aria-hidden />
              </IconButton>
              <div className="col-span-2 grid grid-cols-[8rem_minmax(0,1fr)] gap-1.5">
                <SelectField label={`${where}: how`} hideLabel value={row.operator ?? "="} onChange={(event) => change(index, { operator: event.target.value })}>
                  {Object.entries(OPERATORS).map(([operator, label]) => (
                    <option key={operator} value={operator}>
                      {label}
                    </option>
                  ))}
                </SelectField>
                {/* What is no text, such as a number, stays what it is until it is written anew. */}
                <input
                  aria-label={`${where}: value`}
                  placeholder="Value or template"
                  aria-invalid={isFaulty(index, "value")}
                  className={`${inputClass} font-mono text-xs`}
                  value={textOf(row.value)}
                  onChange={(event) => change(index, { value: event.target.value })}
                />
              </div>
            </div>
          );
        })}
        <Button size="s" kind="quiet" className="justify-self-start" onClick={() => onChange([...rows, { field: "", operator: "=", value: "" }])}>
          <Plus aria-hidden className="size-4" /> Add a condition
        </Button>
      </div>
    </FaultyGroup>
  );
}
