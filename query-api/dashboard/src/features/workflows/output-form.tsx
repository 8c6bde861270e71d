import { useQuery } from "@tanstack/react-query";
import { SelectField, TextField } from "@/shared/ui/field";
import { ChoicesFailure } from "@/shared/ui/layout";
import { connectorsQuery } from "./api-sources";
import type { Config, FormProps } from "./definition";
import { kindName, usable } from "./kinds";
import { MapField } from "./map-field";
import { flatOutput, otherSettings, sourceOf, targetOf } from "./output";
import { SourceField } from "./source-field";
import { TemplateField } from "./template-field";
import { textOf } from "./typed";

const DESTINATIONS = ["database", "file", "webhook", "email", "slack", "google_sheets", "airtable", "notion"];

export function OutputForm({ node, definition, set }: FormProps) {
  const config = flatOutput(node.config);
  // With the first change, what stood in an object of its own stands beside the rest.
  const change = (patch: Config) => set({ ...config, config: undefined, ...patch });
  const operation = textOf(config.operation) === "append" ? "create" : textOf(config.operation) || "create";
  const others = otherSettings(config);
  const connectors = useQuery(connectorsQuery);
  const destination = textOf(config.destination);
  return (
    <>
      <div>
        <SelectField label="Destination" at="config.destination" value={destination} onChange={(event) => change({ destination: event.target.value })}>
          {usable(DESTINATIONS, "write", connectors.data, destination).map((kind) => (
            <option key={kind} value={kind}>
              {kindName(kind)}
            </option>
          ))}
        </SelectField>
        <ChoicesFailure what="The destinations" query={connectors} />
      </div>
      <SourceField
        label="Data source"
        at={["config.sourceId", "config.databaseId", "config.baseId"]}
        help="Where the destination needs one."
        value={textOf(sourceOf(config))}
        onChange={(sourceId) => change({ sourceId: sourceId || undefined, databaseId: undefined, baseId: undefined })}
      />
      <TextField
        label="Table or sheet"
        at={["config.table", "config.sheet", "config.target"]}
        value={textOf(targetOf(config))}
        onChange={(event) => change({ target: event.target.value || undefined, sheet: undefined, table: undefined })}
      />
      <SelectField label="What is done" at="config.operation" value={operation} onChange={(event) => change({ operation: event.target.value })}>
        <option value="create">Add a record</option>
        <option value="update">Update</option>
        <option value="upsert">Update or add</option>
      </SelectField>
      {(operation === "update" || config.recordId !== undefined) && (
        <TemplateField
          label="Record"
          at="config.recordId"
          rows={1}
          help="Its id, such as {{input.id}}; or say below which records match."
          value={textOf(config.recordId)}
          node={node}
          definition={definition}
          onChange={(recordId) => change({ recordId: recordId || undefined })}
        />
      )}
      {(operation !== "create" || Object.keys((config.matching ?? {}) as Config).length > 0) && <MapField label="Matching" at="config.matching" names={["Column", "Template"]} value={config.matching} onChange={(matching) => change({ matching })} />}
      <MapField label="What is written" at="config.mapping" names={["Column", "Template"]} value={config.mapping} onChange={(mapping) => change({ mapping })} help="Empty: the input as it is." />
      <MapField
        label="More for the destination"
        at={Object.keys(others).map((name) => `config.${name}`)}
        names={["Setting", "Template"]}
        help={destination === "slack" ? "Such as channel." : undefined}
        value={others}
        onChange={(next) => change({ ...Object.fromEntries(Object.keys(others).map((name) => [name, undefined])), ...next })}
      />
    </>
  );
}
