import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { SearchX } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { changePermille, type NanoUsd } from "@/shared/format/money";
import { formatChange, formatCompact, formatCount } from "@/shared/format/numbers";
import { zoneName } from "@/shared/format/time";
import { useAccount } from "@/shared/session/account";
import { historyRefused } from "@/shared/session/history";
import { useZone } from "@/shared/session/zone";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Failure, Page, Skeleton } from "@/shared/ui/layout";
import { Snippet } from "@/shared/ui/snippet";
import { Tabs } from "@/shared/ui/tabs";
import { usePageTitle } from "@/shared/ui/title";
import { developersQuery } from "./api";
import { DeveloperTable } from "./developer-table";
import { groupsOf, sumOf, total, type Sum } from "./groups";
import { isShown, isUnknown, readDeveloperSearch, usualRange, type DeveloperSearch, type Range } from "./search";
import { agentName, SETUPS } from "./snippets";

const route = getRouteApi("/signed-in/dashboard/developers");

const RANGES: Record<Range, string> = { day: "Today", "7d": "Last 7 days", "30d": "Last 30 days", "90d": "Last 90 days" };

/** What people spend by coding agents, and whether the agents say the same. */
export function DevelopersPage() {
  usePageTitle("Developers");
  const account = useAccount();
  const zone = useZone();
  // Once more: the router keeps what makes no sense in an address beside what was read of it.
  const raw = route.useSearch();
  const search = readDeveloperSearch({ ...raw });
  const navigate = route.useNavigate();
  const { historyDays } = account.features;
  const usual = usualRange(historyDays);
  const range = search.range ?? usual;
  const { data, error, refetch, isPlaceholderData } = useQuery(developersQuery(account, range, zone));
  const change = (patch: { [K in keyof DeveloperSearch]?: DeveloperSearch[K] | undefined }) =>
    void navigate({
      replace: true,
      search: (before) => Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined)) as DeveloperSearch,
    });
  useEffect(() => {
    if (isUnknown(raw.range)) {
      change({ range });
    }
  });
  const agents = [...new Set(data?.developers.map((use) => use.agent))].sort();
  const shown = data?.developers.filter((use) => !search.agent || use.agent === search.agent) ?? [];
  const sum = !data ? null : search.agent ? total(shown) : sumOf(data.summary);
  const developers = search.agent ? new Set(shown.map((use) => use.userId)).size : (data?.summary.developers ?? 0);
  return (
    <Page
      title="Developers"
      description={account.maySeeAll ? `What coding agents cost, by developer and model. Days are those of ${zoneName(zone)}.` : "What your own coding agents cost. Admins see everyone's."}
      actions={
        <>
          {agents.length > 1 && (
            <SelectField label="Agent" hideLabel className="w-40" value={search.agent ?? ""} onChange={(event) => change({ agent: event.target.value || undefined })}>
              <option value="">Every agent</option>
              {agents.map((agent) => (
                <option key={agent} value={agent}>
                  {agentName(agent)}
                </option>
              ))}
            </SelectField>
          )}
          <SelectField label="Range" hideLabel className="w-40" value={range} onChange={(event) => change({ range: event.target.value === usual ? undefined : (event.target.value as Range) })}>
            {Object.entries(RANGES).map(([one, label]) => (
              <option key={one} value={one} disabled={one !== range && !isShown(one as Range, historyDays)}>
                {label}
              </option>
            ))}
          </SelectField>
        </>
      }
    >
      {error && !data ? (
        <Card>
          <Failure
            error={error}
            retry={() => void refetch()}
            action={historyRefused(error) !== null && range !== usual && <Button onClick={() => change({ range: undefined })}>Show {usual === "day" ? "today" : `the ${RANGES[usual].toLowerCase()}`}</Button>}
          />
        </Card>
      ) : sum === null ? (
        <div className="grid gap-4">
          <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
            {[0, 1, 2, 3].map((card) => (
              <Skeleton key={card} className="h-28 rounded-xl" />
            ))}
          </div>
          <Skeleton className="h-72 rounded-xl" />
        </div>
      ) : sum.runs === 0 ? (
        search.agent && agents.length > 0 ? (
          <Card>
            <Empty icon={SearchX} title={`${agentName(search.agent)} has told of no call in this time`} action={<Button onClick={() => change({ agent: undefined })}>Show every agent</Button>} />
          </Card>
        ) : (
          <SetUp range={range} />
        )
      ) : (
        // What was asked for before stays, dimmed, until the answer for this is there.
        <div aria-busy={isPlaceholderData} className={clsx("grid grid-cols-[minmax(0,1fr)] gap-4 transition-opacity", isPlaceholderData && "opacity-60")}>
          <Figures sum={sum} developers={developers} />
          <DeveloperTable groups={groupsOf(shown, search.by ?? "userId")} by={search.by ?? "userId"} onBy={(by) => change({ by })} />
          <details className="rounded-xl border border-line bg-surface shadow-card">
            <summary className="px-4 py-3 font-medium sm:px-5">Connect another developer</summary>
            <div className="border-t border-line p-4 sm:p-5">
              <Setups />
            </div>
          </details>
        </div>
      )}
    </Page>
  );
}

function Figures({ sum, developers }: { sum: Sum; developers: number }) {
  return (
    <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
      <Figure label="Developers" value={formatCount(developers)}>
        {calls(sum.runs)}
      </Figure>
      <Figure label="Spend" value={<Amount usd={sum.cost} />} testId="developers-spend">
        {sum.unpricedRuns > 0 ? `+ ${calls(sum.unpricedRuns)} without a price` : `${formatCompact(sum.tokens)} tokens`}
      </Figure>
      <Figure label="Average per developer" value={<Amount usd={developers === 0 ? 0n : sum.cost / BigInt(developers)} some={sum.cost > 0n} />}>
        {formatCompact(developers === 0 ? 0 : sum.tokens / developers)} tokens
      </Figure>
      <Figure label="Reported by the agents" value={sum.reportedRuns === 0 ? "–" : <Amount usd={sum.reported} />} testId="developers-reported">
        {sum.reportedRuns === 0 ? "None of them says what a call cost" : <Compared sum={sum} />}
      </Figure>
    </div>
  );
}

function calls(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "call" : "calls"}`;
}

/** What the agents say against what is counted, of the same calls: those without a price are left out, and told. */
function Compared({ sum }: { sum: Sum }) {
  const without = sum.reportedRuns - sum.comparedRuns;
  if (sum.comparedRuns === 0) {
    return <>{calls(sum.reportedRuns)}, without a price to compare with</>;
  }
  return (
    <>
      {calls(sum.reportedRuns)};{" "}
      {without > 0 && (
        <>
          without the {formatCount(without)} that {without === 1 ? "has" : "have"} no price, reported: <Amount usd={sum.reportedOfCompared} />,{" "}
        </>
      )}
      counted: <Amount usd={sum.costOfReported} /> <Difference ours={sum.costOfReported} theirs={sum.reportedOfCompared} />
    </>
  );
}

function Difference({ ours, theirs }: { ours: NanoUsd; theirs: NanoUsd }) {
  const permille = changePermille(ours, theirs);
  return permille === null ? null : <span>({ours === theirs ? "the same" : permille === 0 ? "less than 0.1% apart" : formatChange(permille)})</span>;
}

function Figure({ label, value, testId, children }: { label: string; value: ReactNode; testId?: string; children: ReactNode }) {
  return (
    <section aria-label={label} data-testid={testId} className="min-w-0 rounded-xl border border-line bg-surface p-3.5 shadow-card sm:p-4">
      <h2 className="text-[0.8125rem] font-medium text-soft">{label}</h2>
      <p className="mt-1.5 text-xl font-semibold tracking-tight figures sm:text-[1.625rem] sm:leading-8">{value}</p>
      <p className="mt-1.5 text-xs text-pretty text-soft">{children}</p>
    </section>
  );
}

function SetUp({ range }: { range: Range }) {
  return (
    <Card title={`No coding agent has told of a call ${range === "day" ? "today" : `in the ${RANGES[range].toLowerCase()}`}`} hint="Each sends what it used by itself, once its settings say where to. Prompts and answers that come along are not read.">
      <Setups />
    </Card>
  );
}

function Setups() {
  const account = useAccount();
  return (
    <>
      <Tabs
        label="Agents"
        tabs={SETUPS.map(({ id, label, where, code }) => ({
          id,
          label,
          content: <Snippet label={where} code={code(window.location.origin)} testId={`setup-${id}`} />,
        }))}
      />
      <p className="mt-3 text-soft">
        The key is one that may send usage.{" "}
        {account.mayManage ? (
          <Link to="/settings/api-keys" className="font-medium text-accent underline underline-offset-2">
            Create one
          </Link>
        ) : (
          `Ask an owner or admin of ${account.name} for one.`
        )}{" "}
        An agent&apos;s calls are those of the member who signs in here with the same e-mail address as there.
      </p>
    </>
  );
}
