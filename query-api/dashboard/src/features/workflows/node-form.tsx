import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { answer, api } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { Button } from "@/shared/ui/button";
import { CheckField, SelectField, TextField } from "@/shared/ui/field";
import { FieldFaults } from "@/shared/ui/field-faults";
import { ChoicesFailure } from "@/shared/ui/layout";
import { fieldsOf } from "./completion";
import { DataSourceForm } from "./data-source-form";
import { TYPE_LABELS, type Config, type Definition, type FormProps, type NodePatch, type WorkflowNode } from "./definition";
import { FaultNotes } from "./fault-notes";
import type { PlaceFault, ValueFault } from "./faults";
import { FaultyGroup } from "./faulty-group";
import { MapField } from "./map-field";
import { NodeLinks } from "./node-links";
import { NodePolicy } from "./node-policy";
import { NodeTry } from "./node-try";
import { OutputForm } from "./output-form";
import { fieldsOfSources } from "./source-columns";
import { InputFields, TemplateField } from "./template-field";
import { textOf as text } from "./typed";
import { JsonField, NamesField, NumberField } from "./typed-fields";

/** Everything that can be said of one node. */
export function NodeForm({
  node,
  definition,
  fault,
  wrong,
  sample,
  readOnly,
  onChange,
  onEdit,
  onDelete,
}: {
  node: WorkflowNode;
  definition: Definition;
  fault: PlaceFault | null;
  /** What is told at its fields. */
  wrong: readonly ValueFault[];
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
  const queryClient = useQueryClient();
  const shown = fieldsOf(sample);
  const fields = [...shown, ...fieldsOfSources(definition, node.id, (key) => queryClient.getQueryData(key)).filter(({ text }) => !shown.some((one) => one.text === text))];
  const Form = FORMS[node.type];
  return (
    <fieldset disabled={readOnly} className="grid gap-4">
      <div className="flex items-center justify-between gap-2">
        <div>
          <h2 tabIndex={-1} className="font-semibold">{TYPE_LABELS[node.type]}</h2>
          <p className="font-mono text-xs text-soft">{node.id}</p>
        </div>
        {!readOnly && (
          <Button size="s" kind="danger" onClick={onDelete}>
            <Trash2 aria-hidden className="size-4" /> Delete node
          </Button>
        )}
      </div>
      <FieldFaults faults={wrong}>
        {(others) => (
          <>
            <FaultNotes fault={fault} others={others} />
            <TextField label="Label" at="label" value={node.label} maxLength={200} onChange={(event) => onChange({ label: event.target.value })} />
            <NodeLinks node={node} definition={definition} onEdit={onEdit} />
            <InputFields value={fields}>
              <Form node={node} definition={definition} set={set} />
            </InputFields>
            <NodePolicy node={node} onChange={onChange} />
          </>
        )}
      </FieldFaults>
      {!readOnly && <NodeTry node={node} sample={sample} />}
    </fieldset>
  );
}

function PromptForm({ node, definition, set }: FormProps) {
  const models = useQuery({
    queryKey: ["models", "all"],
    queryFn: async () => (await answer(api.GET("/api/models"))).models,
    staleTime: 10 * 60_000,
  });
  const model = text(node.config.model);
  return (
    <>
      <TemplateField
        label="Prompt"
        at="config.promptTemplate"
        rows={6}
        help="{{input.name}} is a field of what the node before put out."
        value={text(node.config.promptTemplate)}
        node={node}
        definition={definition}
        onChange={(promptTemplate) => set({ promptTemplate })}
      />
      <TemplateField
        label="Context"
        at="config.contextTemplate"
        rows={2}
        help="Sent as the system message."
        value={text(node.config.contextTemplate)}
        node={node}
        definition={definition}
        onChange={(value) => set({ contextTemplate: value || undefined })}
      />
      <div>
        <SelectField label="Model" at="config.model" value={model} onChange={(event) => set({ model: event.target.value })}>
          {!models.data?.some(({ id }) => id === model) && <option value={model}>{model}</option>}
          {[...new Set(models.data?.map(({ provider }) => provider))].map((provider) => (
            <optgroup key={provider} label={words(provider)}>
              {models.data?.filter((one) => one.provider === provider).map(({ id }) => <option key={id}>{id}</option>)}
            </optgroup>
          ))}
        </SelectField>
        <ChoicesFailure what="The models" query={models} />
      </div>
      <SelectField
        label="Provider"
        at="config.provider"
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
        <NumberField label="Temperature" at="config.temperature" decimal placeholder="0 to 2" value={node.config.temperature} onChange={(temperature) => set({ temperature })} />
        <NumberField label="Output tokens" at="config.maxTokens" value={node.config.maxTokens} onChange={(maxTokens) => set({ maxTokens })} />
      </div>
      <CheckField
        label="The answer is JSON"
        help="Its fields then join the output."
        checked={node.config.responseFormat === "json"}
        onChange={(event) => set({ responseFormat: event.target.checked ? "json" : undefined })}
      />
      <NamesField
        label="Other models"
        at="config.fallbackModels"
        placeholder="gpt-4o, claude-3-5-sonnet"
        help="Asked in this order once the first has failed for good, where a failure means to take the other model."
        value={node.config.fallbackModels}
        onChange={(fallbackModels) => set({ fallbackModels })}
      />
      <NumberField
        label="An answer is good for, in seconds"
        at="config.cacheSeconds"
        placeholder="Asked anew each time"
        help="The very same prompt is answered from before for as long, and costs nothing."
        value={node.config.cacheSeconds}
        onChange={(cacheSeconds) => set({ cacheSeconds })}
      />
      <CheckField label="An empty answer is a failure" checked={node.config.retryOnEmpty === true} onChange={(event) => set({ retryOnEmpty: event.target.checked ? true : undefined })} />
    </>
  );
}

function ConditionForm({ node, definition, set }: FormProps) {
  return (
    <TemplateField
      label="The condition"
      at="config.condition"
      bare
      help="An expression, such as input.score > 70 && contains(input.plan, 'team'). If it holds, the run goes on from the upper dot, otherwise from the lower one."
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
      <SelectField label="What it does" at="config.transformType" value={type} onChange={(event) => set({ transformType: event.target.value })}>
        <option value="custom">Computes a value</option>
        <option value="map">Changes each item</option>
        <option value="filter">Keeps some items</option>
        <option value="reduce">Makes one of all items</option>
      </SelectField>
      <TemplateField
        label="Expression"
        at="config.code"
        bare
        help={type === "reduce" ? "Over accumulator and item." : type === "custom" ? "Over input." : "Over item."}
        value={text(node.config.code)}
        node={node}
        definition={definition}
        onChange={(code) => set({ code: code || undefined })}
      />
      <MapField label="Fields of the result" at="config.mapping" names={["Field", "Template"]} value={node.config.mapping} onChange={(mapping) => set({ mapping })} />
      {type === "reduce" && (
        <JsonField label="Begins with" at="config.initial" help="As JSON, such as 0 or {}. Empty: with the first item." value={node.config.initial} onChange={(initial) => set({ initial })} />
      )}
      {(type === "map" || type === "filter") && (
        <CheckField
          label="Run what follows once for each item"
          help="Otherwise once, with the whole list."
          checked={node.config.fanOut !== false}
          onChange={(event) => set({ fanOut: event.target.checked ? undefined : false })}
        />
      )}
    </>
  );
}

function LoopForm({ node, definition, set }: FormProps) {
  const body = (node.config.bodyNodes ?? []) as string[];
  const others = definition.nodes.filter((other) => other.id !== node.id);
  return (
    <>
      <TextField label="List" at="config.iterateOver" value={text(node.config.iterateOver)} onChange={(event) => set({ iterateOver: event.target.value })} help="Where the list is, such as input.items." />
      <TextField label="An item is called" at="config.itemVariable" value={text(node.config.itemVariable)} onChange={(event) => set({ itemVariable: event.target.value })} />
      <FaultyGroup legend="Runs for each item" at="config.bodyNodes" className="grid gap-2">
        {others.length === 0 && <p className="text-xs text-soft">Add the nodes of the body first.</p>}
        {others.map((other) => (
          <CheckField
            key={other.id}
            label={other.label}
            checked={body.includes(other.id)}
            onChange={(event) => set({ bodyNodes: event.target.checked ? [...body, other.id] : body.filter((id) => id !== other.id) })}
          />
        ))}
      </FaultyGroup>
      <div className="grid grid-cols-2 gap-3">
        <NumberField label="Items, at most" at="config.maxIterations" value={node.config.maxIterations} onChange={(maxIterations) => set({ maxIterations })} />
        <NumberField label="At once" at="config.concurrency" value={node.config.concurrency} onChange={(concurrency) => set({ concurrency })} />
      </div>
    </>
  );
}

function WebhookForm({ node, definition, set }: FormProps) {
  return (
    <>
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3">
        <SelectField label="Method" at="config.method" value={text(node.config.method)} onChange={(event) => set({ method: event.target.value })}>
          {["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </SelectField>
        <TextField label="Address" at="config.url" type="text" value={text(node.config.url)} onChange={(event) => set({ url: event.target.value })} />
      </div>
      <MapField label="Headers" at="config.headers" names={["Header", "Template"]} value={node.config.headers} onChange={(headers) => set({ headers })} />
      <MapField label="Query" at="config.params" names={["Name", "Template"]} value={node.config.params} onChange={(params) => set({ params })} />
      <TemplateField label="Body" at="config.body" rows={4} value={text(node.config.body)} node={node} definition={definition} onChange={(body) => set({ body: body || undefined })} />
    </>
  );
}

function DelayForm({ node, definition, set }: FormProps) {
  return (
    <>
      <NumberField label="Milliseconds" at="config.delayMs" value={node.config.delayMs} onChange={(delayMs) => set({ delayMs })} />
      <TemplateField label="Only if" at="config.condition" bare rows={2} value={text(node.config.condition)} node={node} definition={definition} onChange={(value) => set({ condition: value || undefined })} />
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
