import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { capital } from "@/shared/api/field-words";
import { useAccount } from "@/shared/session/account";
import { SelectField, TextField } from "@/shared/ui/field";
import type { At } from "@/shared/ui/field-faults";
import { ChoicesFailure } from "@/shared/ui/layout";
import { sourcesQuery } from "./api-sources";
import { isSample, sampleName } from "./samples";

const OTHER = "\u0000other";

/** One of the account's data sources, a sample, or what the connector calls a document of its own. */
export function SourceField({
  label,
  help,
  error,
  required = false,
  at,
  samples = [],
  type,
  isOffered = () => true,
  value,
  onChange,
}: {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  /** Whether there is no way without one. */
  required?: boolean;
  at?: At;
  /** Those that are offered. */
  samples?: readonly string[];
  /** Only data sources of this type. */
  type?: string | undefined;
  /** Which of them are offered. */
  isOffered?: (type: string | undefined) => boolean;
  value: string;
  onChange: (sourceId: string, type?: string) => void;
}) {
  const query = useQuery(sourcesQuery(useAccount()));
  const sources = (query.data ?? []).filter((source) => (type === undefined || source.type === type) && isOffered(source.type));
  const isListed = value === "" || sources.some((source) => source.id === value) || samples.includes(value);
  const [isOther, setIsOther] = useState(false);
  const isTyped = isOther || !isListed;
  return (
    <div className="grid gap-2">
      <SelectField
        label={label}
        help={help}
        error={error}
        at={isTyped ? undefined : at}
        required={required}
        value={isTyped ? OTHER : value}
        onChange={(event) => {
          const chosen = event.target.value;
          setIsOther(chosen === OTHER);
          if (chosen !== OTHER) {
            onChange(chosen, isSample(chosen) ? "json" : sources.find((source) => source.id === chosen)?.type);
          }
        }}
      >
        <option value="">{required ? "Choose one \u2026" : "None"}</option>
        {samples.length > 0 && (
          <optgroup label="Sample records">
            {samples.map((sample) => (
              <option key={sample} value={sample}>
                {capital(sampleName(sample))}
              </option>
            ))}
          </optgroup>
        )}
        {sources.length > 0 && (
          <optgroup label="Data sources">
            {sources.map((source) => (
              <option key={source.id} value={source.id}>
                {source.name}
              </option>
            ))}
          </optgroup>
        )}
        <option value={OTHER}>Another, by its id …</option>
      </SelectField>
      <ChoicesFailure what="The data sources" query={query} />
      {isTyped && <TextField label={`${label}: id`} hideLabel placeholder="Id or template" at={at} required={required} value={value} onChange={(event) => onChange(event.target.value)} />}
    </div>
  );
}
