import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { useSaveCredential, type Connector, type Credential } from "./api";
import { kindsOf, SECRET_NAME } from "./kinds";

/** Puts a credential in, or replaces what is in one. What was put in is never shown again. */
export function CredentialDialog({
  account,
  connectors,
  credential,
  kind: given,
  onClose,
}: {
  account: Account;
  connectors: readonly Connector[];
  credential: Credential | null;
  kind?: string;
  onClose: (saved?: Credential) => void;
}) {
  const kinds = kindsOf(connectors);
  const [kind, setKind] = useState(credential?.kind ?? given ?? "openai");
  const [name, setName] = useState(credential?.name ?? "");
  const [way, setWay] = useState<string | null>(null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const save = useSaveCredential(account);
  const problem = save.error instanceof ProblemError ? save.error : null;
  const known = kinds.find((one) => one.kind === kind);
  const ways = known?.ways ?? [];
  const chosen = ways.find((one) => one.id === way) ?? ways[0];
  const fields = chosen?.fields ?? [];
  const nameFault = kind === "secret" && name !== "" && !SECRET_NAME.test(name) ? "Letters, digits and underscores only, such as CRM_API_KEY." : undefined;
  const isSound = name.trim() !== "" && !nameFault && fields.length > 0 && fields.every((field) => (values[field.name] ?? "").trim() !== "");
  return (
    <FormDialog
      title={credential ? `Replace ${credential.name}` : "Add a credential"}
      description="It is encrypted, and nobody is shown it again."
      submit={credential ? "Replace" : "Add"}
      busy={save.isPending}
      disabled={!isSound}
      error={problem?.field("name") ? null : save.error}
      secret
      onClose={() => onClose()}
      onSubmit={() => {
        const draft = { name: name.trim(), kind, values: Object.fromEntries(fields.map((field) => [field.name, values[field.name]!.trim()])) };
        save.mutate(
          { id: credential?.id ?? null, draft },
          {
            onSuccess: (saved) => {
              toast(`${draft.name} is ${credential ? "replaced" : "kept"}.`);
              onClose(saved);
            },
          },
        );
      }}
    >
      <SelectField label="For" value={kind} disabled={credential !== null || given !== undefined} onChange={(event) => setKind(event.target.value)}>
        {(["Models", "Connectors", "Workflows"] as const).map((group) => (
          <optgroup key={group} label={group}>
            {kinds
              .filter((one) => one.group === group)
              .map((one) => (
                <option key={one.kind} value={one.kind}>
                  {one.label}
                </option>
              ))}
          </optgroup>
        ))}
      </SelectField>
      <TextField
        label="Name"
        required
        maxLength={100}
        readOnly={credential !== null}
        placeholder={kind === "secret" ? "CRM_API_KEY" : "Production"}
        value={name}
        error={nameFault ?? problem?.field("name")}
        onChange={(event) => setName(event.target.value)}
      />
      {ways.length > 1 && (
        <SelectField label="By" value={chosen?.id} onChange={(event) => setWay(event.target.value)}>
          {ways.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </SelectField>
      )}
      {fields.map((field) => (
        <TextField
          key={field.name}
          label={field.label}
          type={field.secret ? "password" : "text"}
          autoComplete={field.secret ? "new-password" : "off"}
          help={field.help}
          value={values[field.name] ?? ""}
          onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
        />
      ))}
    </FormDialog>
  );
}
