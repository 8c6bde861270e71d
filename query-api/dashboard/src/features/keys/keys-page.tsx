import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { browserZone, formatAgo, formatDate } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Dialog } from "@/shared/ui/dialog";
import { CheckField, SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { Badge, Card, Empty, Failure, Page, Skeleton } from "@/shared/ui/layout";
import { useNow } from "@/shared/ui/now";
import { OnceShown } from "@/shared/ui/snippet";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { usePageTitle } from "@/shared/ui/title";
import { keysQuery, useMakeKey, useRevokeKey, type ApiKey, type Scope } from "./api";

export function KeysPage() {
  usePageTitle("API keys");
  const account = useAccount();
  const { data, error, refetch } = useQuery(keysQuery(account));
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const now = useNow();
  if (!account.mayManage) {
    return (
      <Page title="API keys">
        <Card>
          <Empty icon={KeyRound} title="Keys are for this team's admins">
            Ask an owner or admin of {account.name} for a key.
          </Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title="API keys"
      description={`With a key, an application sends usage of ${account.isTeam ? account.name : "yours"} and asks for it.`}
      actions={
        <Button kind="primary" onClick={() => setMaking(true)}>
          <Plus aria-hidden className="size-4" /> Create a key
        </Button>
      }
    >
      <Card flush>
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !data ? (
          <div className="grid gap-2 p-5">
            <Skeleton className="h-9" />
            <Skeleton className="h-9" />
          </div>
        ) : data.length === 0 ? (
          <Empty icon={KeyRound} title="No key yet" action={<Button onClick={() => setMaking(true)}>Create the first</Button>}>
            Your application needs one to send what it used.
          </Empty>
        ) : (
          <ScrollX label="API keys">
            <Table>
              <thead>
                <tr>
                  <Th>Name</Th>
                  <Th>Key</Th>
                  <Th className="max-sm:hidden">May</Th>
                  <Th className="max-md:hidden">Made</Th>
                  <Th className="max-md:hidden">Last used</Th>
                  <Th className="max-lg:hidden">Expires</Th>
                  <Th>
                    <span className="sr-only">Actions</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {data.map((key) => (
                  <tr key={key.id} data-testid="api-key">
                    <Td className="max-w-44">
                      <span dir="auto" className="block truncate text-left font-medium" title={key.name}>{key.name}</span>
                      {/* What a narrow page has no columns for. */}
                      <span className="block text-xs text-soft sm:hidden">
                        {mayOf(key).join(", ")} · {lastUsed(key, now)}
                      </span>
                      {isOver(key, now) && <Badge tone="critical">Expired</Badge>}
                    </Td>
                    <Td className="font-mono text-xs">{key.prefix}…</Td>
                    <Td className="max-sm:hidden">
                      <span className="flex flex-wrap gap-1">
                        {key.scopes.map((scope) => (
                          <Badge key={scope}>{nameOf(scope)}</Badge>
                        ))}
                        {key.maySpeakForOthers && <Badge tone="warning">Speaks for others</Badge>}
                      </span>
                    </Td>
                    <Td className="max-md:hidden">{formatDate(key.createdAt, browserZone())}</Td>
                    <Td className="max-md:hidden">{key.lastUsedAt ? formatAgo(key.lastUsedAt, now) : <span className="text-soft">Never</span>}</Td>
                    <Td className="max-lg:hidden">{key.expiresAt ? formatDate(key.expiresAt, browserZone()) : <span className="text-soft">Never</span>}</Td>
                    <Td right>
                      <IconButton label={`Revoke ${key.name}`} onClick={() => setRevoked(key)}>
                        <Trash2 aria-hidden />
                      </IconButton>
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </ScrollX>
        )}
      </Card>
      {making && <NewKeyDialog account={account} onClose={() => setMaking(false)} />}
      {revoked && <RevokeDialog account={account} apiKey={revoked} onClose={() => setRevoked(null)} />}
    </Page>
  );
}

const SCOPES: { scope: Scope; label: string; help: string }[] = [
  { scope: "ingest", label: "Send usage", help: "What an application needs to report its calls." },
  { scope: "query", label: "See usage", help: "Totals, history, budgets and alerts." },
  { scope: "manage", label: "Manage", help: "Budgets, workflows and settings." },
];

const DAY_MS = 86_400_000;

function nameOf(scope: Scope): string {
  return SCOPES.find((one) => one.scope === scope)?.label ?? scope;
}

function mayOf(key: ApiKey): string[] {
  return [...key.scopes.map(nameOf), ...(key.maySpeakForOthers ? ["Speaks for others"] : [])];
}

function lastUsed(key: ApiKey, now: number): string {
  return key.lastUsedAt ? `used ${formatAgo(key.lastUsedAt, now)}` : "never used";
}

/** Whether it is refused by now, though nobody has revoked it. */
function isOver({ expiresAt }: ApiKey, now: number): boolean {
  return expiresAt !== undefined && expiresAt !== null && Date.parse(expiresAt) <= now;
}

function NewKeyDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["ingest"]);
  const [days, setDays] = useState("");
  const make = useMakeKey(account);
  if (make.data) {
    return (
      <Dialog
        open
        isOnce
        onClose={onClose}
        title="Copy your key now"
        description="It is shown this once. Whoever has it can use it."
        footer={
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        }
      >
        <OnceShown text={make.data.key} testId="new-key" />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Create a key"
      submit="Create"
      busy={make.isPending}
      disabled={!name.trim() || scopes.length === 0}
      error={make.error}
      onClose={onClose}
      onSubmit={() =>
        make.mutate({
          name: name.trim(),
          scopes,
          ...(days ? { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() } : {}),
        })
      }
    >
      <TextField label="Name" required maxLength={100} placeholder="Support bot, production" value={name} onChange={(event) => setName(event.target.value)} />
      <fieldset className="grid gap-2.5">
        <legend className="mb-2 text-[0.8125rem] font-medium">It may</legend>
        {SCOPES.map(({ scope, label, help }) => (
          <CheckField
            key={scope}
            label={label}
            help={help}
            checked={scopes.includes(scope)}
            onChange={(event) => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))}
          />
        ))}
      </fieldset>
      <SelectField label="Expires" value={days} onChange={(event) => setDays(event.target.value)}>
        <option value="">Never</option>
        <option value="30">In 30 days</option>
        <option value="90">In 90 days</option>
        <option value="365">In a year</option>
      </SelectField>
    </FormDialog>
  );
}

function RevokeDialog({ account, apiKey, onClose }: { account: Account; apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeKey(account);
  return (
    <ConfirmDialog title={`Revoke ${apiKey.name}?`} change={revoke} of={apiKey.id} action="Revoke" done={`${apiKey.name} is revoked.`} onClose={onClose}>
      Applications that use it are refused within five seconds. This cannot be taken back.
    </ConfirmDialog>
  );
}
