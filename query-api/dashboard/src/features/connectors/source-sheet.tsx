import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { History, Table2 } from "lucide-react";
import { useEffect } from "react";
import { messageOf } from "@/shared/api/client";
import { formatCount, formatDuration, words } from "@/shared/format/numbers";
import { browserZone, formatDateTime } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Badge, Empty, Failure, Skeleton, type Tone } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { Tabs } from "@/shared/ui/tabs";
import { columnsQuery, previewQuery, recordsQuery, syncsQuery, useSyncSource, type DataSource, type Sync } from "./api";
import { columnsOf, textOf } from "./config";

const TONES: Record<NonNullable<Sync["status"]>, Tone> = { running: "accent", completed: "good", failed: "critical", cancelled: "neutral" };

/** What is in a data source: the copies of the last syncs, the syncs themselves, and its columns. */
export function SourceSheet({ account, source, isReadable, onClose }: { account: Account; source: DataSource; isReadable: boolean; onClose: () => void }) {
  const id = source.id!;
  const sync = useSyncSource(account);
  const queryClient = useQueryClient();
  const newest = useQuery(syncsQuery(id)).data?.[0];
  const isRunning = newest?.status === "running";
  const done = newest?.completedAt;
  // What a sync has brought is shown as soon as it is over.
  useEffect(() => {
    if (done) {
      void queryClient.invalidateQueries({ queryKey: ["data-source", id, "records"] });
      void queryClient.invalidateQueries({ queryKey: ["data-sources", account.key] });
    }
  }, [done, id, account.key, queryClient]);
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={source.name ?? ""}
      {...(source.description ? { description: source.description } : {})}
      footer={
        <>
          {sync.error && <p className="mr-auto self-center text-xs text-critical">{messageOf(sync.error)}</p>}
          {account.mayEdit && (
            <Button kind="primary" busy={sync.isPending || isRunning} onClick={() => sync.mutate(id)}>
              {isRunning ? "Syncing…" : "Sync now"}
            </Button>
          )}
        </>
      }
    >
      <Tabs
        label="About this data source"
        tabs={[
          { id: "records", label: "Copied records", content: <Records id={id} /> },
          ...(account.mayEdit && isReadable ? [{ id: "preview", label: "As it is now", content: <Preview id={id} /> }] : []),
          { id: "syncs", label: "Syncs", content: <Syncs id={id} zone={browserZone()} /> },
          { id: "columns", label: "Columns", content: <Columns id={id} /> },
        ]}
      />
    </Dialog>
  );
}

function Records({ id }: { id: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(recordsQuery(id));
  const records = data?.pages.flatMap((page) => page.records as Record<string, unknown>[]);
  if (error && !records) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!records) {
    return <Skeleton className="h-40" />;
  }
  if (records.length === 0) {
    return (
      <Empty icon={Table2} title="Nothing was copied yet">
        Sync now to see its records here.
      </Empty>
    );
  }
  return (
    <div className="grid gap-3">
      <RecordTable records={records} testId="record" />
      {hasNextPage && (
        <Button className="justify-self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}

/** A page of what a workflow would read, whether or not anything was copied. */
function Preview({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(previewQuery(id));
  if (error) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-40" />;
  }
  return data.length === 0 ? (
    <Empty icon={Table2} title="It has no records">
      What is added to it is here the next time.
    </Empty>
  ) : (
    <div className="grid gap-2">
      <p className="text-xs text-soft">The first {formatCount(data.length)}, read from where they are. Nothing was copied.</p>
      <RecordTable records={data} testId="preview-record" />
    </div>
  );
}

function RecordTable({ records, testId }: { records: readonly Record<string, unknown>[]; testId: string }) {
  const columns = columnsOf(records);
  return (
    <ScrollX label="Records">
      <Table>
        <thead>
          <tr>
            {columns.map((column) => (
              <Th key={column}>{column}</Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((record, index) => (
            <tr key={index} data-testid={testId}>
              {columns.map((column) => (
                <Td key={column} className="max-w-56">
                  <span dir="auto" className="block truncate text-left">
                    {textOf(record[column])}
                  </span>
                </Td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollX>
  );
}

function Syncs({ id, zone }: { id: string; zone: string }) {
  const { data, error, refetch } = useQuery(syncsQuery(id));
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-40" />;
  }
  if (data.length === 0) {
    return (
      <Empty icon={History} title="It was never synced">
        Sync now, or have it done by itself.
      </Empty>
    );
  }
  return (
    <ul className="divide-y divide-line rounded-lg border border-line" aria-label="Syncs">
      {data.map((sync) => (
        <li key={sync.id} data-testid="sync" className="p-3">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="min-w-0 flex-1 basis-44 font-medium">{sync.startedAt && formatDateTime(sync.startedAt, zone, true)}</span>
            <Badge tone={TONES[sync.status ?? "running"]}>{words(sync.status ?? "")}</Badge>
            <span className="w-full text-xs text-soft figures">
              {formatCount(sync.recordsFetched ?? 0)} read · {formatCount(sync.recordsProcessed ?? 0)} kept
              {sync.recordsFailed ? ` · ${formatCount(sync.recordsFailed)} refused` : ""}
              {sync.startedAt && sync.completedAt && ` · ${formatDuration(Date.parse(sync.completedAt) - Date.parse(sync.startedAt))}`}
              {` · ${sync.mode === "incremental" ? "what had changed" : "everything"}`}
              {sync.triggeredBy === "schedule" && " · by itself"}
            </span>
          </div>
          {sync.errorMessage && <p className="mt-1 text-xs text-critical">{sync.errorMessage}</p>}
        </li>
      ))}
    </ul>
  );
}

function Columns({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(columnsQuery(id));
  if (error) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-40" />;
  }
  return data.length === 0 ? (
    <Empty icon={Table2} title="It does not tell its columns">
      The records show what they have.
    </Empty>
  ) : (
    <ul className="grid gap-1.5 sm:grid-cols-2" aria-label="Columns">
      {data.map((column) => (
        <li key={column.name} className="flex items-center justify-between gap-3 rounded-lg border border-line px-3 py-2">
          <code className="truncate font-mono text-xs">{column.name}</code>
          <span className="flex gap-1">
            <Badge>{column.kind}</Badge>
            {!column.writable && <Badge tone="warning">read only</Badge>}
          </span>
        </li>
      ))}
    </ul>
  );
}
