import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { answer, api } from "@/shared/api/client";
import { Button } from "@/shared/ui/button";
import { CheckField, SelectField, TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { fieldsOf } from "./completion";
import { TYPE_LABELS, type Config, type Definition, type NodePatch, type WorkflowNode } from "./definition";
import { MapField } from "./map-field";
import { NodeLinks } from "./node-links";
import { NodePolicy } from "./node-policy";
import { NodeTry } from "./node-try";
import { SourceField } from "./source-field";
import { InputFields, TemplateField } from "./template-field";

interface FormProps {
  node: WorkflowNode;
  definition: Definition;
  set: (patch: Config) => void;
}

/** Everything that can be said of one node. */
export function NodeForm({
  node,
  definition,
  fault,
  sample,
  readOnly,
  onChange,
  onEdit,
  onDelete,
}: {
  node: WorkflowNode;
  definition: Definition;
  fault: string | null;
  /** What to try it with. */
  sample: unknown;
  readOnly: boolean;
  onChange: (patch: NodePatch) => void;
  /** What is more than this node: its lines. */
  onEdit: (next: (before: Definition) => Definition) => void;
  onDelete: () => void;
}) {
  const set = (patch: Config) => {
    const config = { ...node.config, ...patch };
    onChange({ config: Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) });
  };
  const Form = FORMS[node.type];
  return (
    <fieldset disabled={readOnly} className="grid gap-4">
      <div className="flex items-center justify-between gap-2">
        <div>
          <h2 className="font-semibold">{TYPE_LABELS[node.type]}</h2>
          <p className="font-mono text-xs text-soft">{node.id}</p>
        </div>
        {!readOnly && (
          <Button size="s" kind="danger" onClick={onDelete}>
            <Trash2 aria-hidden className="size-4" /> Delete node
          </Button>
        )}
      </div>
      {fault && <Note tone="critical">{fault}</Note>}
      <TextField label="Label" value={node.label} maxLength={200} onChange={(event) => onChange({ label: event.target.value })} />
      <NodeLinks node={node} definition={definition} onEdit={onEdit} />
      <InputFields value={fieldsOf(sample)}>
        <Form node={node} definition={definition} set={set} />
      </InputFields>
      <NodePolicy node={node} onChange={onChange} />
      {!readOnly && <NodeTry node={node} sample={sample} />}
    </fieldset>
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

function number(value: string): number | undefined {
  return value.trim() === "" || Number.isNaN(Number(value)) ? undefined : Number(value);
}

const SOURCE_TYPES = ["json", "csv", "api", "database", "google_sheets", "airtable", "notion", "webhook", "crm"];

function DataSourceForm({ node, definition, set }: FormProps) {
  const query = (node.config.query ?? {}) as Config;
  const transform = (node.config.transform ?? {}) as Config;
  return (
    <>
      <SourceField
        label="Source"
        withSamples
        value={text(node.config.sourceId)}
        onChange={(sourceId, type) => set({ sourceId, ...(type && SOURCE_TYPES.includes(type) ? { sourceType: type } : {}) })}
      />
      <SelectField label="Kind" value={text(node.config.sourceType)} onChange={(event) => set({ sourceType: event.target.value })}>
        {SOURCE_TYPES.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </SelectField>
      <TextField
        label="Records, at most"
        inputMode="numeric"
        value={text(query.limit)}
        onChange={(event) => set({ query: { ...query, limit: number(event.target.value) } })}
      />
      <TextField
        label="Order by"
        placeholder="createdAt DESC"
        value={text(query.orderBy)}
        onChange={(event) => set({ query: { ...query, orderBy: event.target.value || undefined } })}
      />
      <TemplateField
        label="Keep records for which"
        bare
        rows={2}
        help="An expression over the record, such as plan == 'team'."
        value={text(transform.filter)}
        node={node}
        definition={definition}
        onChange={(value) => set({ transform: { ...transform, filter: value || undefined } })}
      />
      <CheckField
        label="Run what follows once for each record"
        help="Otherwise once, with the whole list."
        checked={node.config.fanOut !== false}
        onChange={(event) => set({ fanOut: event.target.checked ? undefined : false })}
      />
    </>
  );
}

function PromptForm({ node, definition, set }: FormProps) {
  const models = useQuery({
    queryKey: ["models", "all"],
    queryFn: async () => (await answer(api.GET("/api/models"))).models.map((model) => model.id),
    staleTime: 10 * 60_000,
  });
  const model = text(node.config.model);
  return (
    <>
      <TemplateField
        label="Prompt"
        rows={6}
        help="{{input.name}} is a field of what the node before put out."
        value={text(node.config.promptTemplate)}
        node={node}
        definition={definition}
        onChange={(promptTemplate) => set({ promptTemplate })}
      />
      <TemplateField
        label="Context"
        rows={2}
        help="Sent as the system message."
        value={text(node.config.contextTemplate)}
        node={node}
        definition={definition}
        onChange={(value) => set({ contextTemplate: value || undefined })}
      />
      <SelectField label="Model" value={model} onChange={(event) => set({ model: event.target.value })}>
        {!models.data?.includes(model) && <option value={model}>{model}</option>}
        {models.data?.map((id) => <option key={id}>{id}</option>)}
      </SelectField>
      <SelectField
        label="Provider"
        value={text(node.config.provider)}
        onChange={(event) => set({ provider: event.target.value || undefined })}
        help={node.config.provider === "simulated" ? "Answers are made up, and say so. Tokens are counted and priced as the model's." : undefined}
      >
        <option value="">By the model's name</option>
        <option value="simulated">Simulated, without a key</option>
        <option value="openai">OpenAI</option>
        <option value="anthropic">Anthropic</option>
        <option value="google">Google</option>
        <option value="openai_compatible">Your own endpoint</option>
      </SelectField>
      <div className="grid grid-cols-2 gap-3">
        <TextField label="Temperature" inputMode="decimal" placeholder="0 to 2" value={text(node.config.temperature)} onChange={(event) => set({ temperature: number(event.target.value) })} />
        <TextField label="Output tokens" inputMode="numeric" value={text(node.config.maxTokens)} onChange={(event) => set({ maxTokens: number(event.target.value) })} />
      </div>
      <CheckField
        label="The answer is JSON"
        help="Its fields then join the output."
        checked={node.config.responseFormat === "json"}
        onChange={(event) => set({ responseFormat: event.target.checked ? "json" : undefined })}
      />
    </>
  );
}

function ConditionForm({ node, definition, set }: FormProps) {
  return (
    <TemplateField
      label="Goes the upper way if"
      bare
      help="An expression, such as input.score > 70 && contains(input.plan, 'team'). The upper dot is true, the lower one false."
      value={text(node.config.condition)}
      node={node}
      definition={definition}
      onChange={(condition) => set({ condition })}
    />
  );
}

function TransformForm({ node, definition, set }: FormProps) {
  const type = text(node.config.transformType);
  return (
    <>
      <SelectField label="What it does" value={type} onChange={(event) => set({ transformType: event.target.value })}>
        <option value="custom">Computes a value</option>
        <option value="map">Changes each item</option>
        <option value="filter">Keeps some items</option>
        <option value="reduce">Makes one of all items</option>
      </SelectField>
      <TemplateField
        label="Expression"
        bare
        help={type === "reduce" ? "Over accumulator and item." : type === "custom" ? "Over input." : "Over item."}
        value={text(node.config.code)}
        node={node}
        definition={definition}
        onChange={(code) => set({ code: code || undefined })}
      />
      <MapField label="Fields of the result" names={["Field", "Template"]} value={node.config.mapping} onChange={(mapping) => set({ mapping })} />
    </>
  );
}

function LoopForm({ node, definition, set }: FormProps) {
  const body = (node.config.bodyNodes ?? []) as string[];
  const others = definition.nodes.filter((other) => other.id !== node.id);
  return (
    <>
      <TextField label="List" value={text(node.config.iterateOver)} onChange={(event) => set({ iterateOver: event.target.value })} help="Where the list is, such as input.items." />
      <TextField label="An item is called" value={text(node.config.itemVariable)} onChange={(event) => set({ itemVariable: event.target.value })} />
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-[0.8125rem] font-medium">Runs for each item</legend>
        {others.length === 0 && <p className="text-xs text-soft">Add the nodes of the body first.</p>}
        {others.map((other) => (
          <CheckField
            key={other.id}
            label={other.label}
            checked={body.includes(other.id)}
            onChange={(event) => set({ bodyNodes: event.target.checked ? [...body, other.id] : body.filter((id) => id !== other.id) })}
          />
        ))}
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <TextField label="Items, at most" inputMode="numeric" value={text(node.config.maxIterations)} onChange={(event) => set({ maxIterations: number(event.target.value) })} />
        <TextField label="At once" inputMode="numeric" value={text(node.config.concurrency)} onChange={(event) => set({ concurrency: number(event.target.value) })} />
      </div>
    </>
  );
}

const DESTINATIONS = ["database", "file", "webhook", "email", "slack", "google_sheets", "airtable", "notion"];

function OutputForm({ node, set }: FormProps) {
  return (
    <>
      <SelectField label="Destination" value={text(node.config.destination)} onChange={(event) => set({ destination: event.target.value })}>
        {DESTINATIONS.map((destination) => (
          <option key={destination}>{destination}</option>
        ))}
      </SelectField>
      <SourceField label="Data source" help="Where the destination needs one." value={text(node.config.sourceId)} onChange={(sourceId) => set({ sourceId: sourceId || undefined })} />
      <TextField label="Table or sheet" value={text(node.config.target)} onChange={(event) => set({ target: event.target.value || undefined })} />
      <SelectField label="What is done" value={text(node.config.operation) || "create"} onChange={(event) => set({ operation: event.target.value })}>
        <option value="create">Add a record</option>
        <option value="update">Update</option>
        <option value="upsert">Update or add</option>
      </SelectField>
      <MapField label="Matching" names={["Column", "Template"]} value={node.config.matching} onChange={(matching) => set({ matching })} />
      <MapField label="What is written" names={["Column", "Template"]} value={node.config.mapping} onChange={(mapping) => set({ mapping })} help="Empty: the input as it is." />
    </>
  );
}

function WebhookForm({ node, definition, set }: FormProps) {
  return (
    <>
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3">
        <SelectField label="Method" value={text(node.config.method)} onChange={(event) => set({ method: event.target.value })}>
          {["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </SelectField>
        <TextField label="Address" type="text" value={text(node.config.url)} onChange={(event) => set({ url: event.target.value })} />
      </div>
      <MapField label="Headers" names={["Header", "Template"]} value={node.config.headers} onChange={(headers) => set({ headers })} />
      <MapField label="Query" names={["Name", "Template"]} value={node.config.params} onChange={(params) => set({ params })} />
      <TemplateField label="Body" rows={4} value={text(node.config.body)} node={node} definition={definition} onChange={(body) => set({ body: body || undefined })} />
    </>
  );
}

function DelayForm({ node, definition, set }: FormProps) {
  return (
    <>
      <TextField label="Milliseconds" inputMode="numeric" value={text(node.config.delayMs)} onChange={(event) => set({ delayMs: number(event.target.value) ?? 0 })} />
      <TemplateField label="Only if" bare rows={2} value={text(node.config.condition)} node={node} definition={definition} onChange={(value) => set({ condition: value || undefined })} />
    </>
  );
}

const FORMS = {
  data_source: DataSourceForm,
  prompt: PromptForm,
  condition: ConditionForm,
  transform: TransformForm,
  loop: LoopForm,
  output: OutputForm,
  webhook: WebhookForm,
  delay: DelayForm,
};
