import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import { useAccount } from "@/shared/session/account";
import { SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { ChoicesFailure, Note } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { connectorsQuery, secretsQuery } from "./api-sources";
import { customizationsOf, fieldOf, useDeploy, type Parameter, type Source } from "./api-templates";
import { keptWith } from "./faults";
import { kindName, missing } from "./kinds";
import { SourceField } from "./source-field";

/** Asks for what a template leaves open, and makes a workflow of it. */
export function DeployDialog({ source, onClose }: { source: Source; onClose: () => void }) {
  const { template } = source;
  const account = useAccount();
  const navigate = useNavigate();
  const deploy = useDeploy(account, source);
  const [name, setName] = useState(template.name);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const problem = deploy.error instanceof ProblemError ? deploy.error : null;
  const told = new Set(template.parameters.map(fieldOf));
  const others = problem?.errors.filter((fault) => !told.has(fault.field)) ?? [];
  return (
    <FormDialog
      title={template.name}
      description={template.description}
      submit="Make the workflow"
      busy={deploy.isPending}
      disabled={name.trim() === ""}
      error={!problem || problem.errors.length === 0 ? deploy.error : null}
      onClose={onClose}
      onSubmit={() =>
        deploy.mutate(customizationsOf(name, template.parameters, values), {
          onSuccess: ({ workflow, warnings = [] }) => {
            toast(...keptWith(`${workflow.name} is there, as a draft.`, warnings));
            void navigate({ to: "/dashboard/workflows/$id", params: { id: workflow.id } });
          },
        })
      }
    >
      <TextField label="Name" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      {template.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name] ?? ""}
          error={problem?.field(fieldOf(parameter))}
          onChange={(value) => setValues({ ...values, [parameter.name]: value })}
        />
      ))}
      {others.length > 0 && <Note tone="critical">{others.map((fault) => `${fault.field} ${fault.detail}. ${fault.remedy}`).join(" ")}</Note>}
    </FormDialog>
  );
}

interface ParameterProps {
  parameter: Parameter;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function ParameterField({ parameter, value, error, onChange }: ParameterProps) {
  switch (parameter.kind) {
    case "data_source":
      return <SourceParameter parameter={parameter} value={value} error={error} onChange={onChange} />;
    case "secret":
      return <SecretField parameter={parameter} value={value} error={error} onChange={onChange} />;
    case "text":
      return (
        <TextField
          label={parameter.label}
          help={parameter.description}
          error={error}
          placeholder={parameter.defaultValue}
          required={parameter.defaultValue === undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** Where what the template was made for cannot be connected, another source with the same fields does as well: it is read as what it is. */
function SourceParameter({ parameter, value, error, onChange }: ParameterProps) {
  const wanted = parameter.connector;
  const connectors = useQuery(connectorsQuery);
  const isAbsent = wanted !== undefined && missing([wanted], connectors.data).length > 0;
  return (
    <div>
      <SourceField label={parameter.label} help={parameter.description} error={error} type={isAbsent ? undefined : wanted} value={value} onChange={onChange} />
      <p className="mt-1 text-xs text-soft">
        {isAbsent && `${kindName(wanted)} cannot be connected here: choose a table, a file or an API with the same fields. `}
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
