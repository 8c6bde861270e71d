import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { formatAgo } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Badge, Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { useNow } from "@/shared/ui/now";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { connectorsQuery, credentialsQuery, useDeleteCredential, type Credential } from "./api";
import { CredentialDialog } from "./credential-dialog";
import { kindsOf } from "./kinds";

export function CredentialsCard({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(credentialsQuery(account));
  const { data: connectors = [] } = useQuery(connectorsQuery);
  const [saved, setSaved] = useState<Credential | "new" | null>(null);
  const [deleted, setDeleted] = useState<Credential | null>(null);
  const now = useNow();
  const labels = new Map(kindsOf(connectors).map((kind) => [kind.kind, kind.label]));
  return (
    <Card
      flush
      title="Credentials"
      hint="Keys of providers, and what data sources and workflows prove themselves with. Nobody is shown what is in them."
      actions={
        account.mayEdit && (
          <Button size="s" onClick={() => setSaved("new")}>
            <Plus aria-hidden className="size-4" /> Add a credential
          </Button>
        )
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="p-5">
          <Skeleton className="h-10" />
        </div>
      ) : data.length === 0 ? (
        <Empty icon={KeyRound} title="No credential yet">
          Workflows ask real models once there is a provider&apos;s key. Until then they use the simulated one.
        </Empty>
      ) : (
        <ScrollX label="Credentials">
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>For</Th>
                <Th className="max-md:hidden">Holds</Th>
                <Th className="max-sm:hidden">Last used</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {data.map((credential) => (
                <tr key={credential.id} data-testid="credential">
                  <Td className="max-w-44 font-medium" title={credential.name}>
                    <span dir="auto" className="block truncate text-left">
                      {credential.name}
                    </span>
                  </Td>
                  <Td>{labels.get(credential.kind ?? "") ?? credential.kind}</Td>
                  <Td className="max-md:hidden">
                    <span className="flex flex-wrap gap-1">
                      {(credential.fields ?? []).map((field) => (
                        <Badge key={field}>{field}</Badge>
                      ))}
                    </span>
                  </Td>
                  <Td className="max-sm:hidden">{credential.lastUsedAt ? formatAgo(credential.lastUsedAt, now) : <span className="text-soft">Never</span>}</Td>
                  <Td right>
                    {account.mayEdit && (
                      <span className="inline-flex">
                        <IconButton label={`Replace ${credential.name}`} onClick={() => setSaved(credential)}>
                          <RefreshCw aria-hidden />
                        </IconButton>
                        <IconButton label={`Delete ${credential.name}`} onClick={() => setDeleted(credential)}>
                          <Trash2 aria-hidden />
                        </IconButton>
                      </span>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </ScrollX>
      )}
      {saved && <CredentialDialog account={account} connectors={connectors} credential={saved === "new" ? null : saved} onClose={() => setSaved(null)} />}
      {deleted && <DeleteDialog account={account} credential={deleted} onClose={() => setDeleted(null)} />}
    </Card>
  );
}

function DeleteDialog({ account, credential, onClose }: { account: Account; credential: Credential; onClose: () => void }) {
  const remove = useDeleteCredential(account);
  return (
    <ConfirmDialog title={`Delete ${credential.name}?`} change={remove} of={credential.id!} onClose={onClose}>
      What uses it fails from then on, until it has another. This cannot be taken back.
    </ConfirmDialog>
  );
}
