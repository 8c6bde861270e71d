import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { fileName } from "@/shared/api/files";
import { words } from "@/shared/format/numbers";
import { browserZone, formatAgo, formatDateTime } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { useExport } from "@/shared/ui/export-menu";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { useNow } from "@/shared/ui/now";
import { auditQuery } from "./api";
import { namesOf, subjectOf } from "./audit";

/** Who changed what in the team. */
export function AuditLog({ account }: { account: Account }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditQuery(account.key));
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const names = namesOf(entries);
  const now = useNow();
  const file = useExport();
  return (
    <Card
      flush
      title="What was changed"
      actions={
        <Button
          size="s"
          kind="quiet"
          busy={file.isPending}
          aria-label="Export what was changed as CSV"
          onClick={() => file.mutate({ url: `/api/teams/${encodeURIComponent(account.key)}/audit-log/export`, name: fileName(["audit-log", account.name], "csv") })}
        >
          {!file.isPending && <Download aria-hidden className="size-4" />} CSV
        </Button>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="grid gap-2 px-5 pb-5">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
        </div>
      ) : entries.length === 0 ? (
        <Empty icon={ScrollText} title="Nothing was changed yet">
          Who joins or leaves, and what is set in the team, will be here.
        </Empty>
      ) : (
        <>
          <ul className="divide-y divide-line">
            {entries.map((entry) => (
              <li key={entry.id} className="px-4 py-2 sm:px-5">
                <p>
                  <bdi className="font-medium">{entry.actor.name.replace(/key_\w+(\w{4})$/, "…$1")}</bdi>
                  <span className="text-soft"> · {words(entry.action)}</span>
                </p>
                <p className="truncate text-xs text-soft" title={`${formatDateTime(entry.at, browserZone(), true)} · ${entry.resourceId}`}>
                  {formatAgo(entry.at, now)} · {subjectOf(entry, names)}
                </p>
              </li>
            ))}
          </ul>
          {hasNextPage && (
            <div className="border-t border-line p-2 text-center">
              <Button size="s" kind="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Show older ones
              </Button>
            </div>
          )}
        </>
      )}
    </Card>
  );
}
