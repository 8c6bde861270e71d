import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Rocket } from "lucide-react";
import { useEffect } from "react";
import { formatCount } from "@/shared/format/numbers";
import { useAccount } from "@/shared/session/account";
import { firstDayShown, historyRefused } from "@/shared/session/history";
import { useZone } from "@/shared/session/zone";
import { Button, buttonClass } from "@/shared/ui/button";
import { Trend } from "@/shared/ui/later-trend";
import { Card, Empty, Failure, Note, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { Activity } from "./activity";
import { breakdownQuery, liveUrl, shownQuery, type Stats } from "./api";
import { Breakdown } from "./breakdown";
import { Cards } from "./cards";
import { LiveDot, RangePicker, UsageExport, ZonePicker } from "./controls";
import { Narrowed } from "./narrowed";
import { changed, isAmong, isCut, lacksPrevious, mendedRange, RANGE_LABELS, readOnly, readUsageSearch, withinHistory, withOnly, withoutOnly, writeOnly, type Only, type UsageSearch } from "./search";
import { SavingsCard } from "./savings";
import { TopPrompts } from "./top-prompts";
import { saidOf, useLive } from "./use-live";

const route = getRouteApi("/signed-in/dashboard/usage");

export function UsagePage() {
  usePageTitle("Usage");
  const account = useAccount();
  // Once more: the router keeps what makes no sense in an address beside what was read of it.
  const raw: Record<string, unknown> = route.useSearch();
  const asked = readUsageSearch(raw);
  const search = withinHistory(asked, account.features.historyDays);
  const navigate = route.useNavigate();
  const zone = useZone();
  const onlys = readOnly(search.only);
  useEffect(() => {
    const mended = mendedRange(raw, search);
    if (mended) {
      void navigate({ replace: true, resetScroll: false, search: (before) => ({ ...before, ...mended }) as UsageSearch });
    }
  });

  // With its zone, so that whoever gets the address sees the same days.
  const change = (patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }) =>
    void navigate({ search: (before) => changed({ ...before, zone }, patch), resetScroll: false });

  const narrow = (next: Only) => change({ only: writeOnly(withOnly(onlys, next)) });
  const toggle = (next: Only) => (isAmong(onlys, next) ? change({ only: writeOnly(withoutOnly(onlys, next.dimension)) }) : narrow(next));

  const shown = useQuery(shownQuery(account, search, zone));
  const breakdown = useQuery(breakdownQuery(account, search, zone));
  const now = new Date();
  const first = firstDayShown(account, zone, now);
  const usual = withinHistory({}, account.features.historyDays).range ?? "30d";
  const connection = useLive(account.key, liveUrl(account));

  return (
    <Page
      title="Usage"
      description={account.maySeeAll ? undefined : "Your own part of this team's usage. Admins see all of it."}
      actions={
        <>
          <LiveDot connection={saidOf(connection, shown)} asOf={shown.data?.asOf} zone={zone} />
          <RangePicker search={search} zone={zone} first={first} onChange={change} />
          <ZonePicker zone={zone} accountZone={account.zone} onChange={(next) => change({ zone: next })} />
          <UsageExport account={account} search={search} zone={zone} />
        </>
      }
    >
      <Narrowed onlys={onlys} onChange={(next) => change({ only: writeOnly(next) })} />
      {shown.data && onlys.length === 0 && !asked.range && isUntouched(shown.data) ? (
        <FirstVisit title={nothingIn(search, lacksPrevious(search, first, zone, now))} />
      ) : shown.error && !shown.data ? (
        <Card>
          <Failure
            error={shown.error}
            retry={() => void shown.refetch()}
            action={
              historyRefused(shown.error) !== null && (
                <Button onClick={() => change({ range: undefined, from: undefined, to: undefined, only: writeOnly(withoutOnly(onlys, "day")) })}>
                  {usual === "day" ? "Show today" : `Show the ${RANGE_LABELS[usual].toLowerCase()}`}
                </Button>
              )
            }
          />
        </Card>
      ) : (
        // What was there before stays, dimmed, until the answer for this view is.
        <div aria-busy={shown.isPlaceholderData} className={clsx("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", shown.isPlaceholderData && "opacity-60")}>
          {isCut(search, first, zone, now) && !onlys.some((one) => one.dimension === "day") && (
            <Note>
              {RANGE_LABELS[search.range ?? usual]} begins before what is shown in the tier {account.tier}: {formatCount(account.features.historyDays ?? 0)} days. What was before them is
              counted, and is not in these figures.
            </Note>
          )}
          <Cards account={account} stats={shown.data} zone={zone} search={search} onShowUnpriced={() => change({ unpriced: "yes" })} />
          <Trend stats={shown.data} asTable={search.trend === "table"} onAsTable={(asTable) => change({ trend: asTable ? "table" : undefined })} onPick={account.maySeeAll ? (day) => narrow({ dimension: "day", value: day }) : undefined} />
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
            <Breakdown account={account} search={search} stats={breakdown.data} isBefore={breakdown.isPlaceholderData} error={breakdown.error} retry={() => void breakdown.refetch()} onChange={change} />
            <TopPrompts account={account} search={search} zone={zone} stats={breakdown.data} error={breakdown.error} retry={() => void breakdown.refetch()} onPick={(value) => toggle({ dimension: "prompt", value })} onChange={change} />
          </div>
          <SavingsCard account={account} search={search} zone={zone} onPick={(value) => narrow({ dimension: "prompt", value })} />
          <Activity account={account} search={search} zone={zone} onChange={change} />
        </div>
      )}
    </Page>
  );
}

/** Nothing in the range, nothing in the one before. */
function isUntouched({ summary, previous }: Stats): boolean {
  return summary.totalRuns === 0 && previous.totalRuns === 0;
}

/** Of an account whose tier shows a few days only, nobody knows here that there was never anything. */
export function nothingIn({ range = "30d" }: Pick<UsageSearch, "range">, isPart: boolean): string {
  const when = range === "day" ? "today" : `in the ${RANGE_LABELS[range].toLowerCase()}`;
  return isPart ? `Nothing has arrived ${when}` : "Nothing has arrived yet";
}

function FirstVisit({ title }: { title: string }) {
  return (
    <Card>
      <Empty
        icon={Rocket}
        title={title}
        action={
          <Link to="/welcome" className={buttonClass("primary")}>
            Send the first event
          </Link>
        }
      >
        A key and one call from your application: what it cost is here a moment later, without a reload.
      </Empty>
    </Card>
  );
}
