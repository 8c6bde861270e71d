import { useQuery } from "@tanstack/react-query";
import { Eye, FileText, MailCheck, MoreHorizontal, Pencil, Plus, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { browserZone, formatDateTime, formatDay } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Badge, Card, Empty, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { toast } from "@/shared/ui/toast";
import { previewUrl, reportsQuery, sentQuery, useDeleteReport, useSaveReport, type Report } from "./api-reports";
import { FREQUENCIES } from "./names";
import { ReportDialog } from "./report-dialog";

type Opened = { what: "add" } | { what: "edit" | "delete"; report: Report };

/** Reports that are mailed by themselves. */
export function ReportsCard({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(reportsQuery(account));
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  return (
    <Card
      flush
      title="Scheduled reports"
      hint="By mail, once a day, week or month is over. They go out where the installation has a mail server."
      actions={
        <Button size="s" onClick={() => setOpened({ what: "add" })}>
          <Plus aria-hidden className="size-4" /> Add a report
        </Button>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="p-5">
          <Skeleton className="h-12" />
        </div>
      ) : data.length === 0 ? (
        <Empty icon={FileText} title="No report is sent yet" action={<Button onClick={() => setOpened({ what: "add" })}>Schedule one</Button>}>
          Whoever does not come here every day has the week&apos;s spend in the mail.
        </Empty>
      ) : (
        <ul className="divide-y divide-line border-t border-line" aria-label="Scheduled reports">
          {data.map((report) => (
            <ReportRow key={report.id} account={account} report={report} onOpen={(what) => setOpened({ what, report })} />
          ))}
        </ul>
      )}
      {opened?.what === "add" && <ReportDialog account={account} report={null} onClose={close} />}
      {opened?.what === "edit" && <ReportDialog account={account} report={opened.report} onClose={close} />}
      {opened?.what === "delete" && <DeleteDialog account={account} report={opened.report} onClose={close} />}
    </Card>
  );
}

function ReportRow({ account, report, onOpen }: { account: Account; report: Report; onOpen: (what: "edit" | "delete") => void }) {
  const save = useSaveReport(account);
  const sent = useQuery(sentQuery(account, report.id)).data?.[0];
  const { name, frequency, at, timezone, to, enabled } = report;
  return (
    <li data-testid="report" className="px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-wash text-accent">
          <MailCheck aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1 basis-44">
          <p className="flex flex-wrap items-center gap-2">
            <span dir="auto" className="truncate font-medium" title={name}>{name}</span>
            {!enabled && <Badge>Off</Badge>}
          </p>
          <p className="truncate text-xs text-soft" title={to.join(", ")}>
            {FREQUENCIES[frequency]} · {to.length === 1 ? to[0] : `${to.length} addresses`}
            {enabled && ` · next ${formatDateTime(report.dueAt, browserZone())}`}
          </p>
        </div>
        <a
          href={previewUrl(account, report.id, "pdf")}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 text-[0.8125rem] font-medium text-accent hover:underline"
        >
          <Eye aria-hidden className="size-4" /> Preview<span className="sr-only"> of {name}, opens anew</span>
        </a>
        <Menu
          trigger={
            <IconButton label={`More for ${name}`}>
              <MoreHorizontal aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onOpen("edit")}>
            <Pencil aria-hidden className="size-4" /> Change
          </MenuItem>
          <MenuItem
            onSelect={() =>
              save.mutate(
                { id: report.id, body: { name, frequency, at, timezone, to, enabled: !enabled } },
                { onSuccess: (now) => toast(now.enabled ? `${name} is sent again.` : `${name} is not sent any more.`), onError: (failure) => toast(messageOf(failure), "critical") },
              )
            }
          >
            <Power aria-hidden className="size-4" /> {enabled ? "Switch off" : "Switch on"}
          </MenuItem>
          <MenuLine />
          <MenuItem className="text-critical" onSelect={() => onOpen("delete")}>
            <Trash2 aria-hidden className="size-4" /> Delete
          </MenuItem>
        </Menu>
      </div>
      {report.problem !== null && (
        <div className="mt-2.5">
          <Note tone="warning">The next one is tried again: {report.problem}</Note>
        </div>
      )}
      {sent?.status === "failed" && (
        <div className="mt-2.5">
          <Note tone="critical">
            The one from {formatDay(sent.periodStart)} on could not be sent: {sent.problem}
          </Note>
        </div>
      )}
    </li>
  );
}

function DeleteDialog({ account, report, onClose }: { account: Account; report: Report; onClose: () => void }) {
  const remove = useDeleteReport(account);
  return (
    <ConfirmDialog title={`Delete ${report.name}?`} change={remove} of={report.id} onClose={onClose}>
      It is not sent any more.
    </ConfirmDialog>
  );
}
