import { useQuery } from "@tanstack/react-query";
import { Cable, MoreHorizontal, Pencil, Plug, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { formatAgo, formatFromNow } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { CopyButton } from "@/shared/ui/copy";
import { Badge, Below, Card, Empty, Failure, FailureLine, Note, Page, Skeleton, type Tone } from "@/shared/ui/layout";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { useNow } from "@/shared/ui/now";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import { connectorsQuery, sourcesQuery, useDeleteSource, useSyncSource, useTestSource, type Connector, type DataSource } from "./api";
import { CredentialsCard } from "./credentials-card";
import { FREQUENCIES, SourceDialog } from "./source-dialog";
import { SourceSheet } from "./source-sheet";

const TONES: Record<NonNullable<DataSource["status"]>, Tone> = { active: "good", error: "critical", paused: "warning", disconnected: "neutral" };

type Opened = { what: "add" } | { what: "edit" | "show" | "delete"; source: DataSource };

export function ConnectorsPage() {
  usePageTitle("Connectors");
  const account = useAccount();
  const { data, error, refetch } = useQuery(sourcesQuery(account));
  const known = useQuery(connectorsQuery);
  const connectors = known.data ?? [];
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  return (
    <Page
      title="Connectors"
      description="Where workflows read and write, and the keys that they do it with."
      actions={
        account.mayEdit && (
          <Button kind="primary" onClick={() => setOpened({ what: "add" })}>
            <Plus aria-hidden className="size-4" /> Connect a data source
          </Button>
        )
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {known.error && !known.data && (
          <p className="rounded-xl border border-line bg-surface px-4 py-3 text-[0.8125rem]">
            <FailureLine what="What can be connected" error={known.error} retry={() => void known.refetch()} />
          </p>
        )}
        <Card flush title="Data sources">
          {error && !data ? (
            <Failure error={error} retry={() => void refetch()} />
          ) : !data ? (
            <div className="grid gap-2 p-5">
              <Skeleton className="h-12" />
              <Skeleton className="h-12" />
            </div>
          ) : data.length === 0 ? (
            <Empty icon={Cable} title="Nothing is connected yet" action={account.mayEdit && <Button onClick={() => setOpened({ what: "add" })}>Connect the first</Button>}>
              A file, a table, an API: workflows run once for each of its records. The sample records are there without it.
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-t border-line" aria-label="Data sources">
              {data.map((source) => (
                <SourceRow
                  key={source.id}
                  account={account}
                  source={source}
                  connector={connectors.find((one) => one.type === source.type)}
                  onOpen={(what) => setOpened({ what, source })}
                />
              ))}
            </ul>
          )}
        </Card>
        <Below isSettled={data !== undefined || error !== null}>
          <CredentialsCard account={account} />
        </Below>
      </div>
      {/* Without them a form would leave out settings that a source has, and save it so. */}
      {opened?.what === "add" && connectors.length > 0 && <SourceDialog account={account} connectors={connectors} source={null} onClose={close} />}
      {opened?.what === "edit" && connectors.length > 0 && <SourceDialog account={account} connectors={connectors} source={opened.source} onClose={close} />}
      {opened?.what === "show" && (
        <SourceSheet
          account={account}
          source={opened.source}
          isReadable={connectors.find((one) => one.type === opened.source.type)?.abilities?.includes("read") ?? true}
          onClose={close}
        />
      )}
      {opened?.what === "delete" && <DeleteDialog account={account} source={opened.source} onClose={close} />}
    </Page>
  );
}

function SourceRow({
  account,
  source,
  connector,
  onOpen,
}: {
  account: Account;
  source: DataSource;
  connector: Connector | undefined;
  onOpen: (what: "edit" | "show" | "delete") => void;
}) {
  const now = useNow();
  const attempt = useTestSource();
  const sync = useSyncSource(account);
  const status = source.status ?? "active";
  const facts = [
    connector?.name ?? source.type,
    FREQUENCIES[source.syncFrequency as keyof typeof FREQUENCIES]?.toLowerCase(),
    source.lastSyncAt ? `copied ${formatAgo(source.lastSyncAt, now)}` : "never copied",
    source.nextSyncAt ? `again ${formatFromNow(source.nextSyncAt, now)}` : null,
  ].filter(Boolean);
  return (
    <li data-testid="data-source" className="px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-wash text-accent">
          <Plug aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1 basis-28 sm:basis-44">
          <p className="flex flex-wrap items-center gap-2">
            <button type="button" dir="auto" title={source.name} onClick={() => onOpen("show")} className="min-h-6 max-w-full truncate text-left font-medium hover:text-accent hover:underline">
              {source.name}
            </button>
            <Badge tone={TONES[status]}>{words(status)}</Badge>
          </p>
          {/* With no room for one line, they take two: a finger finds no title. */}
          <p className="text-xs text-soft sm:truncate" title={facts.join(" · ")}>{facts.join(" · ")}</p>
        </div>
        <span className="flex items-center gap-1 text-xs text-soft max-lg:hidden">
          <code className="font-mono">{source.id}</code>
          <CopyButton text={source.id ?? ""} label="Copy id" />
        </span>
        {account.mayEdit && (
          <span className="flex shrink-0 items-center gap-1 sm:gap-3">
            <Button size="s" busy={attempt.isPending} onClick={() => attempt.mutate(source.id!)} aria-label={`Test ${source.name}`}>
              Test
            </Button>
            <Menu
              trigger={
                <IconButton label={`More for ${source.name}`}>
                  <MoreHorizontal aria-hidden />
                </IconButton>
              }
            >
              <MenuItem
                onSelect={() =>
                  sync.mutate(source.id!, {
                    onSuccess: () => onOpen("show"),
                    onError: (failure) => toast(messageOf(failure), "critical"),
                  })
                }
              >
                <RefreshCw aria-hidden className="size-4" /> Sync now
              </MenuItem>
              <MenuItem onSelect={() => onOpen("edit")}>
                <Pencil aria-hidden className="size-4" /> Change
              </MenuItem>
              <MenuLine />
              <MenuItem className="text-critical" onSelect={() => onOpen("delete")}>
                <Trash2 aria-hidden className="size-4" /> Delete
              </MenuItem>
            </Menu>
          </span>
        )}
      </div>
      {source.errorLog && (
        <div className="mt-2.5">
          <Note tone="critical">The last sync failed: {source.errorLog}</Note>
        </div>
      )}
      {(attempt.data || attempt.error) && (
        <div className="mt-2.5" data-testid="source-test">
          <Note tone={attempt.data?.success ? "good" : "critical"}>{attempt.data?.message ?? messageOf(attempt.error)}</Note>
        </div>
      )}
    </li>
  );
}

function DeleteDialog({ account, source, onClose }: { account: Account; source: DataSource; onClose: () => void }) {
  const remove = useDeleteSource(account);
  return (
    <ConfirmDialog title={`Delete ${source.name}?`} change={remove} of={source.id!} onClose={onClose}>
      Its file, its copies and its history go too. Workflows that read it fail from then on.
    </ConfirmDialog>
  );
}
