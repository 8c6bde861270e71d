import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { clsx } from "clsx";
import { BellOff } from "lucide-react";
import { messageOf } from "@/shared/api/client";
import { formatCount } from "@/shared/format/numbers";
import { formatDay, today, zoneName } from "@/shared/format/time";
import { useAccount } from "@/shared/session/account";
import { useZone } from "@/shared/session/zone";
import { Button } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Failure, Page, Skeleton } from "@/shared/ui/layout";
import { useNow } from "@/shared/ui/now";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import { AlertRow } from "./alert-row";
import { alertsQuery, useAcknowledge, type Alert } from "./api";
import { readAlertSearch, type AlertSearch } from "./search";
import { useNext } from "./use-next";

const route = getRouteApi("/signed-in/dashboard/alerts");

export function AlertsPage() {
  usePageTitle("Alerts");
  const account = useAccount();
  // Once more: the router keeps what makes no sense in an address beside what was read of it.
  const search = readAlertSearch({ ...route.useSearch() });
  const navigate = route.useNavigate();
  const zone = useZone();
  const { data, error, refetch, isPlaceholderData, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(alertsQuery(account, search));
  const acknowledge = useAcknowledge(account);
  const now = useNow();
  const alerts = data?.pages.flatMap((page) => page.alerts) ?? [];
  const { list, heading, actOn } = useNext(alerts);
  const open = alerts.filter((alert) => !alert.acknowledged);
  const isNarrowed = search.severity !== undefined || search.seen !== undefined || search.budget !== undefined;
  const change = (patch: { [K in keyof AlertSearch]?: AlertSearch[K] | undefined }) =>
    void navigate({
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined)) as AlertSearch,
    });
  const acknowledgeShown = async () => {
    actOn(open[0]);
    try {
      await acknowledge.mutateAsync(open.map((alert) => alert.id));
      toast(open.length === 1 ? "One alert is seen to." : `${formatCount(open.length)} alerts are seen to.`);
    } catch (failure) {
      toast(messageOf(failure), "critical");
    }
  };

  return (
    <Page
      title="Alerts"
      headingRef={heading}
      description={waiting(data?.pages[0]?.unread, error, data !== undefined && alerts.length === 0 && !isNarrowed)}
      actions={
        <>
          <SelectField
            label="Severity"
            hideLabel
            className="min-w-32 flex-1 sm:w-40 sm:flex-none"
            value={search.severity ?? ""}
            onChange={(event) => change({ severity: (event.target.value || undefined) as AlertSearch["severity"] })}
          >
            <option value="">Every severity</option>
            <option value="critical">Critical</option>
            <option value="warning">Warning</option>
            <option value="info">Info</option>
          </SelectField>
          <SelectField
            label="Seen to"
            hideLabel
            className="min-w-32 flex-1 sm:w-40 sm:flex-none"
            value={search.seen ?? ""}
            onChange={(event) => change({ seen: (event.target.value || undefined) as AlertSearch["seen"] })}
          >
            <option value="">Seen to or not</option>
            <option value="no">Not seen to</option>
            <option value="yes">Seen to</option>
          </SelectField>
          {account.mayManage && (
            <Button disabled={open.length === 0 || isPlaceholderData} busy={acknowledge.isPending} onClick={() => void acknowledgeShown()}>
              Acknowledge these
            </Button>
          )}
        </>
      }
    >
      <Card flush>
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !data ? (
          <div className="grid gap-4 p-5">
            {[0, 1, 2, 3].map((row) => (
              <Skeleton key={row} className="h-14" />
            ))}
          </div>
        ) : alerts.length === 0 ? (
          <Empty
            icon={BellOff}
            title={isNarrowed ? "No alert is like that" : "No alerts yet"}
            action={isNarrowed && <Button onClick={() => change({ severity: undefined, seen: undefined, budget: undefined })}>Show all</Button>}
          >
            {!isNarrowed && "When a budget reaches one of its thresholds, the alert is here within a second."}
          </Empty>
        ) : (
          // What was asked for before stays, dimmed, until the answer for this is there.
          <div ref={list} aria-busy={isPlaceholderData} className={clsx("overflow-hidden rounded-xl transition-opacity", isPlaceholderData && "opacity-60")}>
            {byDay(alerts, zone).map(([day, ofDay], index) => (
              <section key={day} aria-label={formatDay(day, true)}>
                <div className={clsx("flex justify-between gap-3 border-b border-line bg-page px-4 py-1.5 text-xs text-soft sm:px-5", index > 0 && "border-t")}>
                  <h2 className="font-medium">{formatDay(day, true)}</h2>
                  {index === 0 && <span className="truncate">{zoneName(zone)}</span>}
                </div>
                <ul className="divide-y divide-line">
                  {ofDay.map((alert) => (
                    <li key={alert.id} className="px-4 py-3 sm:px-5">
                      <AlertRow
                        alert={alert}
                        zone={zone}
                        now={now}
                        onAcknowledge={
                          account.mayManage
                            ? () => {
                                actOn(alert);
                                acknowledge.mutate([alert.id], { onError: (failure) => toast(messageOf(failure), "critical") });
                              }
                            : undefined
                        }
                        busy={acknowledge.isPending && acknowledge.variables?.includes(alert.id) === true}
                      />
                    </li>
                  ))}
                </ul>
              </section>
            ))}
            {hasNextPage && (
              <div className="border-t border-line p-3 text-center">
                <Button size="s" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Show older ones
                </Button>
              </div>
            )}
          </div>
        )}
      </Card>
    </Page>
  );
}

/**
 * How many alerts wait: nothing is said of it as long as it is not known, and least of all that none do.
 *
 * @param isEmpty whether there has never been one
 */
export function waiting(unread: number | undefined, error: unknown, isEmpty = false): string {
  if (unread === undefined) {
    return error ? "How many wait to be seen to is not known." : "Looking for alerts…";
  }
  if (unread === 0) {
    return isEmpty ? "There are none so far." : "Every alert has been seen to.";
  }
  return unread === 1 ? "1 alert needs attention." : `${formatCount(unread)} alerts need attention.`;
}

function byDay(alerts: Alert[], zone: string): [string, Alert[]][] {
  const days = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const day = today(zone, new Date(alert.occurredAt));
    days.set(day, [...(days.get(day) ?? []), alert]);
  }
  return [...days];
}
