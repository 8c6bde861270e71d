import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ProblemError } from "@/shared/api/client";
import { useAccount } from "@/shared/session/account";
import { SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { ChoicesFailure, Note } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { connectorsQuery, secretsQuery } from "./api-sources";
import { customizationsOf, templateQuery, useDeploy, type Parameter, type Source } from "./api-templates";
import { keptWith } from "./faults";
import { kindName, missing } from "./kinds";
import { fitInWords, kindOfSource, unfit, unfitInWords, type OpenDefinition } from "./source-fit";
import { SourceField } from "./source-field";
import { faultsInPlace, toldAtFields } from "./deploy-faults";

/** Asks for what a template leaves open, and makes a workflow of it. */
export function DeployDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const { template } = source;
  const account = useAccount();
  const navigate = useNavigate();
  const deploy = useDeploy(account, source);
  const [name, setName] = useState(template.name);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tries, setTries] = useState(0);
  const [sent, setSent] = useState(values);
  const fields = useRef<HTMLDivElement>(null);
  const problem = deploy.error instanceof ProblemError ? deploy.error : null;
  const whole = useQuery(templateQuery(template.id ?? "", source.from === "gallery")).data;
  const definition = (source.from === "gallery" ? whole?.definition : template.definition) as OpenDefinition | undefined;
  const inPlace = faultsInPlace(template.parameters, values);
  const told = toldAtFields(problem?.errors ?? [], template.parameters, definition);
  useEffect(() => {
    fields.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tries, problem]);
  const errorOf = ({ name: parameter }: Parameter) => {
    const isFilledIn = Boolean(values[parameter]?.trim());
    const isShown = tries > 0 || (isFilledIn && left.has(parameter));
    return (isShown ? inPlace.get(parameter) : undefined) ?? (values[parameter] === sent[parameter] ? told.atFields.get(parameter) : undefined);
  };
  return (
    <FormDialog
      title={template.name}
      description={template.description}
      submit="Make the workflow"
      busy={deploy.isPending}
      disabled={name.trim() === ""}
      error={!problem || problem.errors.length === 0 ? deploy.error : null}
      isCheckedByItself
      onClose={onClose}
      onSubmit={() => {
        setTries(tries + 1);
        if (inPlace.size > 0) {
          return;
        }
        setSent(values);
        deploy.mutate(customizationsOf(name, template.parameters, values), {
          onSuccess: ({ workflow, warnings = [] }) => {
            toast(...keptWith(`${workflow.name} is there, as a draft.`, warnings));
            void navigate({ to: "/dashboard/workflows/$id", params: { id: workflow.id } });
          },
        });
      }}
    >
      <div ref={fields} className="grid gap-4">
        <TextField label="Name" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        {template.parameters.map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            definition={definition}
            value={values[parameter.name] ?? ""}
            error={errorOf(parameter)}
            onChange={(value) => setValues({ ...values, [parameter.name]: value })}
            onLeave={() => setLeft(new Set([...left, parameter.name]))}
          />
        ))}
      </div>
      {told.others.length > 0 && <Note tone="critical">{told.others.join(" ")}</Note>}
    </FormDialog>
  );
}

interface ParameterProps {
  parameter: Parameter;
  /** Undefined until it is there. */
  definition: OpenDefinition | undefined;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

/** What a phone shows to type it with. */
const KEYBOARDS = { text: "text", number: "decimal", list: "text", email: "email", url: "url" } as const;

function ParameterField({ parameter, definition, value, error, onChange, onLeave }: ParameterProps & { onLeave: () => void }) {
  switch (parameter.kind) {
    case "data_source":
      return <SourceParameter parameter={parameter} definition={definition} value={value} error={error} onChange={onChange} />;
    case "secret":
      return <SecretField parameter={parameter} definition={definition} value={value} error={error} onChange={onChange} />;
    case "text":
    case "number":
    case "list":
    case "email":
    case "url":
      return (
        <TextField
          label={parameter.label}
          help={parameter.description}
          error={error}
          inputMode={KEYBOARDS[parameter.kind]}
          placeholder={parameter.defaultValue}
          required={parameter.defaultValue === undefined}
          value={value}
          onBlur={onLeave}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** Where what the template was made for cannot be connected, another source with the same fields does as well: it is read as what it is. */
function SourceParameter({ parameter, definition, value, error, onChange }: ParameterProps) {
  const wanted = parameter.connector;
  const connectors = useQuery(connectorsQuery);
  const isAbsent = wanted !== undefined && missing([wanted], connectors.data).length > 0;
  const why = unfit(definition ?? {}, parameter.name);
  const fit = fitInWords(why);
  const isOffered = (type: string | undefined) => {
    const kind = kindOfSource(type);
    return !isAbsent || kind === null || !why.has(kind);
  };
  return (
    <div>
      <SourceField
        label={parameter.label}
        help={parameter.description}
        error={error}
        required={parameter.defaultValue === undefined}
        samples={parameter.sample === undefined ? [] : [parameter.sample]}
        type={isAbsent ? undefined : wanted}
        isOffered={isOffered}
        value={value}
        onChange={onChange}
      />
      <p className="mt-1 text-xs text-soft">
        {isAbsent && definition && `${kindName(wanted)} cannot be connected here${fit ? `: choose ${fit} with the same fields` : ", and nothing else does"}. ${unfitInWords(why)} `}
        <Link to="/dashboard/connectors" className="text-accent underline underline-offset-2">
          Connect a data source
        </Link>
      </p>
    </div>
  );
}

function SecretField({ parameter, value, error, onChange }: ParameterProps) {
  const query = useQuery(secretsQuery(useAccount()));
  return (
    <div>
      <SelectField
        label={parameter.label}
        error={error}
        help={
          <>
            {parameter.description}{" "}
            <Link to="/dashboard/connectors" className="text-accent underline underline-offset-2">
              Keep a secret
            </Link>
          </>
        }
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{parameter.name}, to be kept later</option>
        {query.data?.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <ChoicesFailure what="The secrets" query={query} />
    </div>
  );
}
