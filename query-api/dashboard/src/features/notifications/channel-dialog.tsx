import { clsx } from "clsx";
import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { SelectField, TextArea, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { useAddChannel, useChangeChannel, type Channel, type NewChannel } from "./api";
import { addressesOf, KINDS, LEVELS } from "./names";
import { SecretDialog } from "./secret-dialog";

const ADDRESS: Record<Exclude<Channel["kind"], "email">, { label: string; help: string; example: string }> = {
  webhook: { label: "Address", help: "An https address of the internet. Calls are signed.", example: "https://ops.example.com/alerts" },
  slack: { label: "Incoming webhook", help: "In Slack: Apps, Incoming Webhooks, Add New Webhook.", example: "https://hooks.slack.com/services/…" },
  teams: { label: "Incoming webhook", help: "In Teams: the channel's Workflows, “Post to a channel when a webhook request is received”.", example: "https://….logic.azure.com/…" },
};

/** Makes a channel, or changes one; its kind stays what it is. */
export function ChannelDialog({ account, channel, onClose }: { account: Account; channel: Channel | null; onClose: () => void }) {
  const [kind, setKind] = useState<Channel["kind"]>(channel?.kind ?? "webhook");
  const [name, setName] = useState(channel?.name ?? "");
  // What is shown of an address hides what is secret in it, and so cannot be sent back.
  const [url, setUrl] = useState("");
  const [format, setFormat] = useState(channel?.format ?? "standard");
  const [to, setTo] = useState((channel?.to ?? []).join("\n"));
  const [minimumLevel, setMinimumLevel] = useState(channel?.minimumLevel ?? "info");
  const add = useAddChannel(account);
  const change = useChangeChannel(account);
  const error = add.error ?? change.error;
  const problem = error instanceof ProblemError ? error : null;
  const addresses = addressesOf(to);
  const isSound = name.trim() !== "" && (kind === "email" ? addresses.length > 0 : channel !== null || url.trim() !== "");

  if (add.data?.secret) {
    return <SecretDialog secret={add.data.secret} name={add.data.name} onClose={onClose} />;
  }

  const submit = () => {
    const said = {
      name: name.trim(),
      minimumLevel,
      ...(kind === "email" ? { to: addresses } : url.trim() ? { url: url.trim() } : {}),
      ...(kind === "webhook" ? { format } : {}),
    };
    if (channel) {
      change.mutate(
        { id: channel.id, body: said },
        {
          onSuccess: () => {
            toast(`${said.name} is saved.`);
            onClose();
          },
        },
      );
    } else {
      add.mutate({ kind, ...said } as NewChannel, {
        onSuccess: (made) => {
          if (!made.secret) {
            toast(`${made.name} is there. Send a test to see that it arrives.`);
            onClose();
          }
        },
      });
    }
  };

  return (
    <FormDialog
      title={channel ? `Change ${channel.name}` : "Add a channel"}
      submit={channel ? "Save" : "Add"}
      busy={add.isPending || change.isPending}
      disabled={!isSound}
      error={problem?.errors.some((fault) => /^(name|url|to)/.test(fault.field)) ? null : error}
      onClose={onClose}
      onSubmit={submit}
    >
      {!channel && <KindChoice kind={kind} onChange={setKind} />}
      <TextField label="Name" required maxLength={100} placeholder="On call" value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
      {kind === "email" ? (
        <TextArea
          label="Addresses"
          rows={3}
          className="min-h-0"
          placeholder="finance@example.com"
          help="One a line, or with commas between."
          value={to}
          error={problem?.list("to", "address")}
          onChange={(event) => setTo(event.target.value)}
        />
      ) : (
        <TextField
          label={ADDRESS[kind].label}
          type="url"
          required={!channel}
          placeholder={channel?.url ?? ADDRESS[kind].example}
          help={channel ? "Leave it empty to keep the address." : ADDRESS[kind].help}
          value={url}
          error={problem?.field("url")}
          onChange={(event) => setUrl(event.target.value)}
        />
      )}
      {kind === "webhook" && (
        <SelectField
          label="Format"
          value={format}
          help={format === "standard" ? "Signed in the headers webhook-id, webhook-timestamp and webhook-signature." : "What receivers of LiteLLM's alerts understand already."}
          onChange={(event) => setFormat(event.target.value as typeof format)}
        >
          <option value="standard">Standard Webhooks</option>
          <option value="litellm">LiteLLM</option>
        </SelectField>
      )}
      <SelectField label="Gets" value={minimumLevel} onChange={(event) => setMinimumLevel(event.target.value as typeof minimumLevel)}>
        {Object.entries(LEVELS).map(([level, label]) => (
          <option key={level} value={level}>
            {label}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}

function KindChoice({ kind, onChange }: { kind: Channel["kind"]; onChange: (kind: Channel["kind"]) => void }) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-[0.8125rem] font-medium">To</legend>
      <div className="grid grid-cols-2 gap-2">
        {(Object.keys(KINDS) as Channel["kind"][]).map((one) => {
          const { label, help, icon: Icon } = KINDS[one];
          return (
            <label
              key={one}
              className={clsx(
                "relative flex cursor-pointer items-start gap-2.5 rounded-lg border p-2.5",
                kind === one ? "border-accent bg-accent-wash" : "border-line-strong hover:border-soft",
              )}
            >
              <input type="radio" name="kind" value={one} checked={kind === one} onChange={() => onChange(one)} className="peer sr-only" />
              <span aria-hidden className="pointer-events-none absolute -inset-px rounded-lg peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent" />
              <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", kind === one ? "text-accent" : "text-soft")} />
              <span className="min-w-0">
                <span className="block font-medium">{label}</span>
                <span className="block text-xs text-soft">{help}</span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
