import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Field, SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { ChoicesFailure } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { credentialsQuery, useSaveSource, type Connector, type DataSource, type DataSourceDraft } from "./api";
import { configOf, textOf, type Texts } from "./config";
import { CredentialDialog } from "./credential-dialog";
import { kindsOf } from "./kinds";
import { SettingField } from "./setting-field";

export const FREQUENCIES: Record<NonNullable<DataSourceDraft["syncFrequency"]>, string> = {
  manual: "Only when asked",
  "real-time": "All the time",
  hourly: "Every hour",
  daily: "Every day",
  weekly: "Every week",
};

/** Connects something, or changes how it is connected. */
export function SourceDialog({
  account,
  connectors,
  source,
  onClose,
}: {
  account: Account;
  connectors: readonly Connector[];
  source: DataSource | null;
  onClose: () => void;
}) {
  const [type, setType] = useState(source?.type ?? "csv");
  const [name, setName] = useState(source?.name ?? "");
  const [texts, setTexts] = useState<Texts>(() => Object.fromEntries(Object.entries(source?.config ?? {}).map(([name, value]) => [name, textOf(value)])));
  const [credentialId, setCredentialId] = useState(source?.credentialId ?? "");
  const [frequency, setFrequency] = useState((source?.syncFrequency ?? "manual") as keyof typeof FREQUENCIES);
  const [mode, setMode] = useState((source?.syncMode ?? "full") as "full" | "incremental");
  const [sinceField, setSinceField] = useState(source?.sinceField ?? "updated_at");
  const [file, setFile] = useState<File | null>(null);
  const [addsCredential, setAddsCredential] = useState(false);
  const credentials = useQuery(credentialsQuery(account));
  const save = useSaveSource(account);
  const problem = save.error instanceof ProblemError ? save.error : null;

  const connector = connectors.find((one) => one.type === type);
  const settings = connector?.config ?? [];
  const { config, faults } = configOf(settings, texts, source?.config ?? {});
  const takesCredential = kindsOf(connectors).some((kind) => kind.kind === type);
  const takesFile = (type === "csv" || type === "json") && !texts.url?.trim();
  const readsChanges = connector?.abilities?.includes("read_changes") ?? false;
  const mayRead = connector?.abilities?.includes("read") ?? true;
  const isSound = name.trim() !== "" && Object.keys(faults).length === 0;

  if (addsCredential) {
    return (
      <CredentialDialog
        account={account}
        connectors={connectors}
        credential={null}
        kind={type}
        onClose={(saved) => {
          setAddsCredential(false);
          if (saved?.id) {
            setCredentialId(saved.id);
          }
        }}
      />
    );
  }
  return (
    <FormDialog
      title={source ? `Change ${source.name}` : "Connect a data source"}
      submit={source ? "Save" : "Connect"}
      busy={save.isPending}
      disabled={!isSound}
      error={save.error}
      onClose={onClose}
      onSubmit={() => {
        const draft: DataSourceDraft = {
          name: name.trim(),
          ...(source?.description ? { description: source.description } : {}),
          type,
          config: config as Record<string, never>,
          ...(credentialId && takesCredential ? { credentialId } : {}),
          syncFrequency: mayRead ? frequency : "manual",
          syncMode: readsChanges ? mode : "full",
          sinceField,
        };
        save.mutate(
          { id: source?.id ?? null, draft, file: takesFile ? file : null },
          {
            onSuccess: () => {
              toast(`${draft.name} is ${source ? "saved" : "connected"}.`);
              onClose();
            },
          },
        );
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Kind"
          value={type}
          disabled={source !== null}
          onChange={(event) => {
            setType(event.target.value);
            // A credential is for one kind.
            setCredentialId("");
          }}
        >
          {connectors.map((one) => (
            <option key={one.type} value={one.type}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <TextField label="Name" required maxLength={200} placeholder="Customers" value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
      </div>
      {settings.map((setting) => (
        <SettingField
          key={setting.name}
          setting={setting}
          value={texts[setting.name ?? ""] ?? ""}
          error={faults[setting.name ?? ""] ?? problem?.field(`config.${setting.name}`)}
          onChange={(value) => setTexts({ ...texts, [setting.name ?? ""]: value })}
        />
      ))}
      {takesFile && (
        <Field label="File" help={source ? "Only to replace the one that is there. UTF-8, at most 10 MiB." : "UTF-8, at most 10 MiB."}>
          {(control) => (
            <input
              type="file"
              accept={type === "csv" ? ".csv,text/csv" : ".json,.jsonl,application/json"}
              className="block w-full text-[0.8125rem] text-soft file:mr-3 file:h-9 file:rounded-lg file:border file:border-line-strong file:bg-surface file:px-3.5 file:font-medium file:text-ink hover:file:border-soft"
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              {...control}
            />
          )}
        </Field>
      )}
      {takesCredential && (
        <div>
          <div className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <SelectField label="Credential" value={credentialId} onChange={(event) => setCredentialId(event.target.value)} error={problem?.field("credentialId")}>
                <option value="">None</option>
                {/* The one that it has stays the one that is chosen, though nobody could say what it is called. */}
                {credentialId && !credentials.data?.some((credential) => credential.id === credentialId) && <option value={credentialId}>{credentialId}</option>}
                {(credentials.data ?? [])
                  .filter((credential) => credential.kind === type)
                  .map((credential) => (
                    <option key={credential.id} value={credential.id}>
                      {credential.name}
                    </option>
                  ))}
              </SelectField>
            </div>
            <Button onClick={() => setAddsCredential(true)}>New</Button>
          </div>
          <ChoicesFailure what="The credentials" query={credentials} />
        </div>
      )}
      {mayRead && (
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField label="Copied" help="How often its records are copied to here." value={frequency} onChange={(event) => setFrequency(event.target.value as typeof frequency)}>
            {Object.entries(FREQUENCIES).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
          {readsChanges && (
            <SelectField label="Each time" value={mode} onChange={(event) => setMode(event.target.value as typeof mode)}>
              <option value="full">Everything</option>
              <option value="incremental">What has changed</option>
            </SelectField>
          )}
        </div>
      )}
      {readsChanges && mode === "incremental" && (
        <TextField label="Field that tells when a record changed" value={sinceField} onChange={(event) => setSinceField(event.target.value)} />
      )}
    </FormDialog>
  );
}
