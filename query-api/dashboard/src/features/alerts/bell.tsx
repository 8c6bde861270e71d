import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell as BellIcon, BellOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { useEvents } from "@/shared/api/stream";
import type { Account } from "@/shared/session/account";
import { useNamesOf } from "@/shared/session/names";
import { useZone } from "@/shared/session/zone";
import { IconButton } from "@/shared/ui/button";
import { Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { Popover } from "@/shared/ui/menu";
import { useNow } from "@/shared/ui/now";
import { dismissAbout, dismissKind, toast } from "@/shared/ui/toast";
import { AlertRow, told } from "./alert-row";
import { ABOUT_ALERTS, aboutAlert, latestQuery, streamUrl, useAcknowledge, type Alert } from "./api";

/** The stream tells an alert as soon as it is raised; in the list it is some tenths of a second later. */
const LISTED_AFTER_MS = 2_000;

const TONES = { info: "info", warning: "warning", critical: "critical" } as const;

/** How many alerts nobody has seen to, and each new one as it is raised. */
export function Bell({ account }: { account: Account }) {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(latestQuery(account));
  const acknowledge = useAcknowledge(account);
  const [open, setOpen] = useState(false);
  const now = useNow();
  const zone = useZone();
  const names = useNamesOf((data?.alerts ?? []).map((alert) => alert.dimension ?? "account"));
  const hasOpened = useRef(false);
  const lastOf = useRef(new Map<string, string>());
  const askAgain = (withBudgets = true) => {
    void queryClient.invalidateQueries({ queryKey: ["alerts", account.key] });
    if (!withBudgets) {
      return;
    }
    void queryClient.invalidateQueries({ queryKey: ["budgets", account.key] });
  };
  useEvents(
    streamUrl(account),
    "alert",
    (text) => {
      const alert = JSON.parse(text) as Alert;
      // What was told of the same budget before is less than this, and would stand beside it.
      const of = `${alert.budgetId} ${alert.dimension} ${alert.value}`;
      const before = lastOf.current.get(of);
      if (before !== undefined) {
        dismissAbout(aboutAlert(before));
      }
      lastOf.current.set(of, alert.id);
      toast(
        <>
          <p className="font-medium">{alert.title}</p>
          <p className="text-soft">{told(alert, names)}</p>
        </>,
        TONES[alert.severity],
        aboutAlert(alert.id),
      );
      askAgain();
      setTimeout(askAgain, LISTED_AFTER_MS);
    },
    () => {
      // The first time, budgets are just being asked for, and are asked for again by themselves.
      askAgain(hasOpened.current);
      hasOpened.current = true;
    },
  );
  // Also what someone else has seen to, or the same person elsewhere, is news no more.
  useEffect(() => {
    for (const alert of data?.alerts ?? []) {
      if (alert.acknowledged) {
        dismissAbout(aboutAlert(alert.id));
      }
    }
  }, [data]);
  // What is told of one account is not to stand over another's pages, nor over the sign-in.
  useEffect(() => () => dismissKind(ABOUT_ALERTS), []);
  const unread = data?.unread ?? 0;
  return (
    <Popover
      label="Alerts"
      open={open}
      onOpenChange={(next) => {
        if (next) {
          // They stand in what is opened, and their messages would stand over it.
          dismissKind(ABOUT_ALERTS);
        }
        setOpen(next);
      }}
      className="w-96 p-0!"
      isRead
      trigger={
        <IconButton label={unread === 0 ? "Alerts" : `Alerts, ${unread} unread`} data-testid="bell">
          <BellIcon aria-hidden />
          {unread > 0 && (
            <span aria-hidden className="absolute top-0.5 right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-critical px-1 text-[0.625rem] font-semibold text-surface figures">
              {unread > 99 ? "99+" : unread}
            </span>
          )}
        </IconButton>
      }
    >
      <div className="flex items-center justify-between border-b border-line px-4 py-2.5">
        <p className="font-semibold">Alerts</p>
        <Link to="/dashboard/alerts" onClick={() => setOpen(false)} className="inline-flex min-h-6 items-center text-[0.8125rem] font-medium text-accent">
          See all
        </Link>
      </div>
      <div className="max-h-[60dvh] overflow-y-auto">
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !data ? (
          <div className="grid gap-3 p-4">
            <Skeleton className="h-12" />
            <Skeleton className="h-12" />
          </div>
        ) : data.alerts.length === 0 ? (
          <Empty icon={BellOff} title="No alerts">
            When a budget reaches a threshold, you are told here at once.
          </Empty>
        ) : (
          <ul className="divide-y divide-line">
            {data.alerts.map((alert) => (
              <li key={alert.id} className="px-4 py-3">
                <AlertRow
                  alert={alert}
                  zone={zone}
                  now={now}
                  onAcknowledge={account.mayManage ? () => acknowledge.mutate([alert.id], { onError: (failure) => toast(messageOf(failure), "critical") }) : undefined}
                  busy={acknowledge.isPending && acknowledge.variables?.includes(alert.id) === true}
                  brief
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Popover>
  );
}
