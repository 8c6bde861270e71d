import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import type { Schemas } from "@/shared/api/client";
import { browserZone, formatDateTime } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { buttonClass } from "@/shared/ui/button";
import { Badge, Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { teamReportsQuery } from "./api";

const FREQUENCIES: Record<Schemas["ScheduledReport"]["frequency"], string> = { daily: "Every day", weekly: "Every week", monthly: "Every month" };

/** Which reports of the team are mailed by themselves, and the way to where they are set. */
export function TeamReports({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(teamReportsQuery(account.key));
  return (
    <Card
      title="Scheduled reports"
      flush
      actions={
        <Link to="/settings/notifications" className={buttonClass("plain", "s")}>
          Add or change
        </Link>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="px-5 pb-5">
          <Skeleton className="h-12" />
        </div>
      ) : data.length === 0 ? (
        <Empty icon={MailCheck} title="No report is sent yet">
          Whoever does not come here every day has the week&apos;s spend in the mail.
        </Empty>
      ) : (
        <ul className="pb-2" aria-label="Scheduled reports">
          {data.map(({ id, name, frequency, to, enabled, dueAt }) => (
            <li key={id} className="px-4 py-2 sm:px-5">
              <p className="flex flex-wrap items-center gap-2">
                <span dir="auto" className="max-w-full truncate font-medium" title={name}>
                  {name}
                </span>
                {!enabled && <Badge>Off</Badge>}
              </p>
              <p className="truncate text-xs text-soft" title={to.join(", ")}>
                {FREQUENCIES[frequency]} · {to.length === 1 ? to[0] : `${to.length} addresses`}
                {enabled && ` · next ${formatDateTime(dueAt, browserZone())}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
