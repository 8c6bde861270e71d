import { useQuery } from "@tanstack/react-query";
import { CheckField, SelectField, TextField } from "@/shared/ui/field";
import { ChoicesFailure } from "@/shared/ui/layout";
import { connectorsQuery } from "./api-sources";
import type { Config, FormProps } from "./definition";
import { kindName, usable } from "./kinds";
import { MapField } from "./map-field";
import { SAMPLES } from "./samples";
import { SourceField } from "./source-field";
import { TemplateField } from "./template-field";
import { textOf } from "./typed";
import { JsonField, NamesField, NumberField } from "./typed-fields";
import { WhereField } from "./where-field";

const SOURCE_TYPES = ["json", "csv", "api", "database", "google_sheets", "airtable", "notion", "webhook", "crm"];

interface Option {
  name: string;
  label: string;
  kind?: "number" | "json";
  help?: string;
}

/** What a source of each kind understands besides what all do. */
const OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  google_sheets: [
    { name: "sheet", label: "Sheet" },
    { name: "range", label: "Range", help: "Such as A1:F100." },
  ],
  airtable: [
    { name: "table", label: "Table" },
    { name: "filterByFormula", label: "Formula", help: "Only records for which it holds, such as {Plan} = 'team'." },
    { name: "maxRecords", label: "Records asked for, at most", kind: "number" },
  ],
  notion: [
    { name: "filter", label: "Filter", kind: "json", help: "As Notion writes it, in JSON." },
    { name: "sorts", label: "Sorts", kind: "json", help: "As Notion writes them, a list in JSON." },
  ],
  database: [
    { name: "table", label: "Table" },
    { name: "sql", label: "Or a select", help: "In place of a table." },
    { name: "params", label: "Values of the select", kind: "json", help: "A list in JSON: the first is for the first ?, and so on." },
  ],
};

const OF_ALL = ["columns", "where", "orderBy", "limit"];

/** Without what was taken away. */
function changed(config: Config, patch: Config): Config {
  return Object.fromEntries(Object.entries({ ...config, ...patch }).filter(([, value]) => value !== undefined));
}

/** Those of a query's fields that have none of their own in the form. */
export function otherOptions(query: Config, sourceType: string): Config {
  const known = [...OF_ALL, ...(OPTIONS[sourceType] ?? []).map((option) => option.name)];
  return Object.fromEntries(Object.entries(query).filter(([name]) => !known.includes(name)));
}

export function DataSourceForm({ node, definition, set }: FormProps) {
  const query = (node.config.query ?? {}) as Config;
  const transform = (node.config.transform ?? {}) as Config;
  const sourceType = textOf(node.config.sourceType);
  const ask = (patch: Config) => set({ query: changed(query, patch) });
  const make = (patch: Config) => set({ transform: changed(transform, patch) });
  const others = otherOptions(query, sourceType);
  const connectors = useQuery(connectorsQuery);
  return (
    <>
      <SourceField
        label="Source"
        at="config.sourceId"
        samples={SAMPLES}
        value={textOf(node.config.sourceId)}
        onChange={(sourceId, type) => set({ sourceId, ...(type && SOURCE_TYPES.includes(type) ? { sourceType: type } : {}) })}
      />
      <div>
        <SelectField label="Kind" at="config.sourceType" value={sourceType} onChange={(event) => set({ sourceType: event.target.value })}>
          {usable(SOURCE_TYPES, "read", connectors.data, sourceType).map((type) => (
            <option key={type} value={type}>
              {kindName(type)}
            </option>
          ))}
        </SelectField>
        <ChoicesFailure what="The kinds" query={connectors} />
      </div>
      {(OPTIONS[sourceType] ?? []).map(({ name, label, kind, help }) => {
        const field = { label, at: `config.query.${name}`, ...(help ? { help } : {}), value: query[name] };
        return kind === "number" ? (
          <NumberField key={name} {...field} onChange={(value) => ask({ [name]: value })} />
        ) : kind === "json" ? (
          <JsonField key={name} {...field} onChange={(value) => ask({ [name]: value })} />
        ) : (
          <TextField key={name} {...field} value={textOf(field.value)} onChange={(event) => ask({ [name]: event.target.value || undefined })} />
        );
      })}
      <WhereField value={query.where} onChange={(where) => ask({ where })} />
      <NamesField label="Columns" at="config.query.columns" placeholder="name, email" help="Empty: all of them." value={query.columns} onChange={(columns) => ask({ columns })} />
      <div className="grid grid-cols-2 gap-3">
        <TextField label="Order by" at="config.query.orderBy" placeholder="createdAt DESC" value={textOf(query.orderBy)} onChange={(event) => ask({ orderBy: event.target.value || undefined })} />
        <NumberField label="Records, at most" at="config.query.limit" value={query.limit} onChange={(limit) => ask({ limit })} />
      </div>
      <MapField
        label="More for the source"
        at={Object.keys(others).map((name) => `config.query.${name}`)}
        names={["Setting", "Template"]}
        value={others}
        onChange={(next) => ask({ ...Object.fromEntries(Object.keys(others).map((name) => [name, undefined])), ...next })}
      />
      <fieldset className="grid gap-4 rounded-lg border border-line p-3">
        <legend className="px-1 text-[0.8125rem] font-medium">Of what was read</legend>
        <TemplateField
          label="Keep records for which"
          at="config.transform.filter"
          bare
          rows={2}
          help="An expression over the record, such as plan == 'team'."
          value={textOf(transform.filter)}
          node={node}
          definition={definition}
          onChange={(value) => make({ filter: value || undefined })}
        />
        <MapField
          label="Fields of the result"
          at="config.transform.map"
          names={["Field", "From"]}
          help="Empty: as they were read."
          value={transform.map}
          onChange={(map) => make({ map: Object.keys(map).length === 0 ? undefined : map })}
        />
        <NumberField label="Records kept, at most" at="config.transform.limit" value={transform.limit} onChange={(limit) => make({ limit })} />
      </fieldset>
      <CheckField
        label="Run what follows once for each record"
        help="Otherwise once, with the whole list."
        checked={node.config.fanOut !== false}
        onChange={(event) => set({ fanOut: event.target.checked ? undefined : false })}
      />
    </>
  );
}
