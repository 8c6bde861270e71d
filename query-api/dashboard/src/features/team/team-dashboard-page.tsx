import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Lightbulb, Users } from "lucide-react";
import type { Format } from "@/shared/api/files";
import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import { addDays, formatDay, today, zoneName } from "@/shared/format/time";
import { tellsMembers, useAccount, type Account } from "@/shared/session/account";
import { firstDayShown } from "@/shared/session/history";
import { useZone } from "@/shared/session/zone";
import { Amount } from "@/shared/ui/amount";
import { Button, buttonClass } from "@/shared/ui/button";
import { ExportMenu } from "@/shared/ui/export-menu";
import { SelectField, TextField } from "@/shared/ui/field";
import { Trend } from "@/shared/ui/later-trend";
import { Badge, Below, Card, ChoicesFailure, Empty, Failure, FailureLine, Page, Progress, Skeleton, type Level } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { usePageTitle } from "@/shared/ui/title";
import { leaversQuery, memberBudgetsQuery, membersQuery, teamFile, teamReportsQuery, teamSavingsQuery, teamUsageQuery } from "./api";
import { Figure, FIGURE } from "./figure";
import { MemberView } from "./member-view";
import { furthest, hasAccount, memberRows, nameOf, sorted, summaryOf, type MemberRow } from "./rows";
import { readTeamSearch, type Sort } from "./search";
import { TeamReports } from "./team-reports";
import { TopPrompts } from "./top";
import { usePart } from "./use-part";

const route = getRouteApi("/signed-in/dashboard/team");

export function TeamDashboardPage() {
  usePageTitle("Team");
  const account = useAccount();
  return account.isTeam && account.maySeeAll ? (
    <TeamDashboard key={account.key} account={account} />
  ) : (
    <Page title="Team spend">
      <Card>
        <Empty icon={Users} title={account.isTeam ? "Team spend is for this team's admins" : "This is your personal account"}>
          {account.isTeam ? "Your own part is on the usage page." : "Switch to a team above to see what its members spend."}
        </Empty>
      </Card>
    </Page>
  );
}

const STATUS: Record<Level, { tone: "good" | "info" | "warning" | "critical"; label: string }> = {
  calm: { tone: "good", label: "OK" },
  info: { tone: "info", label: "Getting there" },
  warning: { tone: "warning", label: "Close" },
  critical: { tone: "critical", label: "Exceeded" },
};

function TeamDashboard({ account }: { account: Account }) {
  const members = useQuery(membersQuery(account.key));
  const zone = useZone();
  const isTold = tellsMembers(account);
  const usage = useQuery(teamUsageQuery(account.key, zone, isTold));
  const budgets = useQuery(memberBudgetsQuery(account.key));
  const areReportsAwaited = useQuery(teamReportsQuery(account.key)).isPending;
  // Once more: the router keeps what makes no sense in an address beside what was read of it.
  const { sort = "cost", member: asked, trend } = readTeamSearch({ ...route.useSearch() });
  const member = isTold ? asked : undefined;
  const navigate = route.useNavigate();
  const setSort = (next: Sort) =>
    void navigate({ search: ({ sort: _sort, ...rest }) => (next === "cost" ? rest : { ...rest, sort: next }), replace: true, resetScroll: false });
  const setMember = (next: string) =>
    void navigate({ search: ({ member: _member, ...rest }) => (next === "" ? rest : { ...rest, member: next }), resetScroll: false });
  const setAsTable = (asTable: boolean) =>
    void navigate({ search: ({ trend: _trend, ...rest }) => (asTable ? { ...rest, trend: "table" as const } : rest), resetScroll: false });
  const names = new Map((members.data ?? []).map((one) => [one.userId, one.name]));
  // Before they are known, nobody has left.
  const hasLeft = (userId: string) => members.data !== undefined && hasAccount(userId) && !names.has(userId);
  const isLeaverShown = (member !== undefined && hasLeft(member)) || (isTold && (usage.data?.breakdown.some((share) => hasLeft(share.category)) ?? false));
  // Without them, they are someone who left.
  const left = useQuery(leaversQuery(account.key, isLeaverShown)).data;
  const nameOfMember = (userId: string) => (members.data ? nameOf(userId, names, left) : userId);
  const error = members.error ?? usage.error ?? budgets.error;
  const rows = members.data && usage.data && budgets.data ? (isTold ? sorted(memberRows(members.data, usage.data, budgets.data.budgets, left), sort) : []) : null;
  const whole = budgets.data?.budgets.find((budget) => budget.dimension === "account" && budget.status?.unit === "usd")?.status;
  const summary = summaryOf(rows ?? []);
  const total = usage.data ? nanoUsd(usage.data.summary.totalCost) : 0n;
  const seats = seatsOf(account);
  const first = firstDayShown(account, zone, new Date());
  const to = today(zone, new Date());
  const monthStart = `${to.slice(0, 8)}01`;
  const lastMonth = (before: string) => (first !== null && `${addDays(monthStart, -1).slice(0, 8)}01` < first ? `Last month is not shown in the tier ${account.tier}` : `${before} by this time last month`);
  const file = (format: Format) =>
    teamFile(
      account,
      zone,
      { from: first !== null && monthStart < first ? null : monthStart, to, member: member === undefined ? null : { userId: member, name: nameOfMember(member) } },
      format,
    );
  const part = usePart(rows ?? [], (row) => row.name);
  return (
    <Page
      title="Team spend"
      description={`${first !== null && monthStart < first ? `This month since ${formatDay(first)}, which is as far back as the tier ${account.tier} shows` : "This month so far"}${member !== undefined ? `, of ${nameOfMember(member)} alone` : isTold ? ", member by member" : ""}. Days are those of ${zoneName(zone)}.`}
      actions={
        <>
          <Link to="/settings/budget" className={buttonClass()}>
            Manage budgets
          </Link>
          <Link to="/settings/team" className={buttonClass()}>
            Manage members
          </Link>
          <Link to="/settings/notifications" className={buttonClass()}>
            Scheduled reports
          </Link>
          {account.mayExport && (
            <ExportMenu what="Every run of this view" formats={["csv", "json", "parquet"]} fileIn={file} />
          )}
        </>
      }
    >
      {isTold && (
        <div className="mb-4 w-full sm:w-64">
          <SelectField label="View as" value={member ?? ""} onChange={(event) => setMember(event.target.value)}>
            <option value="">Everyone</option>
            {[...names]
              .sort(([, a], [, b]) => a.localeCompare(b))
              .map(([userId, name]) => (
                <option key={userId} value={userId}>
                  {name}
                </option>
              ))}
            {/* Also who has left, a key, and whoever it is until it is known. */}
            {member !== undefined && !names.has(member) && <option value={member}>{nameOfMember(member)}</option>}
          </SelectField>
          {/* Where everyone is shown, the page says so itself. */}
          {member !== undefined && <ChoicesFailure what="The members" query={members} />}
        </div>
      )}
      {member !== undefined ? (
        <MemberView
          key={member}
          account={account}
          zone={zone}
          member={member}
          budget={budgets.data && furthest(member, budgets.data.budgets)}
          budgetFailure={budgets.error && !budgets.data ? <FailureLine what="Their budget" error={budgets.error} retry={() => void budgets.refetch()} /> : null}
          lastMonth={lastMonth}
          asTable={trend === "table"}
          onAsTable={setAsTable}
        />
      ) : error && !rows ? (
        <Card>
          <Failure
            error={error}
            retry={() => {
              void members.refetch();
              void usage.refetch();
              void budgets.refetch();
            }}
          />
        </Card>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <div className="grid grid-cols-2 gap-3 xl:grid-cols-4 xl:gap-4">
            {!rows || !usage.data || !members.data ? (
              [0, 1, 2, 3].map((card) => <Skeleton key={card} className={`${FIGURE} rounded-xl`} />)
            ) : (
              <>
                <Figure label="Team total" value={<Amount usd={total} />}>
                  {whole ? (
                    <>
                      {formatPercent(whole.percentage, 1, nanoUsd(whole.spent) > 0n)} of <Amount usd={whole.limit} />
                    </>
                  ) : (
                    "No budget for the whole team"
                  )}
                </Figure>
                {isTold ? (
                  <>
                    <Figure label="Active members" value={formatCount(summary.active)}>
                      of {formatCount(summary.members)}
                      {seats && `, with ${seats}`}
                      {summary.others > 0 && `; ${formatCount(summary.others)} more below ${summary.others === 1 ? "is no member" : "are no members"}`}
                    </Figure>
                    <Figure label="Average per active member" value={<Amount usd={summary.averageCost} some={rows.some((row) => row.kind === "member" && row.cost > 0n)} />}>
                      {formatCompact(summary.averageTokens)} tokens
                      {summary.othersCost > 0n && (
                        <>
                          , without the <Amount usd={summary.othersCost} /> of others
                        </>
                      )}
                    </Figure>
                  </>
                ) : (
                  <>
                    <Figure label="Members" value={formatCount(members.data.length)}>
                      {seats && `With ${seats}. `}
                      Who is active is not told in the tier {account.tier}
                    </Figure>
                    <Figure label="Tokens" value={formatCompact(usage.data.summary.totalTokens)}>
                      {lastMonth(formatCompact(usage.data.previous.totalTokens))}
                    </Figure>
                  </>
                )}
                <Figure label="Runs" value={formatCount(usage.data.summary.totalRuns)}>
                  {lastMonth(formatCount(usage.data.previous.totalRuns))}
                </Figure>
              </>
            )}
          </div>
          <Trend stats={usage.data} asTable={trend === "table"} onAsTable={setAsTable} />
          <Card
            title={summary.others > 0 ? "Members and others" : "Members"}
            hint={summary.others > 0 ? "Others are keys that act for nobody, and people who are not in the team." : undefined}
            flush
            actions={part.isLong && <TextField label="Find a member" hideLabel type="search" placeholder="Find a member" className="w-48" value={part.text} onChange={(event) => part.setText(event.target.value)} />}
          >
            {!isTold ? (
              <Empty
                icon={Users}
                title={`What each member spends is not told in the tier ${account.tier}`}
                action={
                  <Link to="/dashboard/usage" className={buttonClass()}>
                    See the team&apos;s usage
                  </Link>
                }
              >
                It is counted all the same, and is in the totals above.
              </Empty>
            ) : !rows ? (
              <div className="grid gap-2 px-5 pb-5">
                {[0, 1, 2, 3].map((row) => (
                  <Skeleton key={row} className="h-10" />
                ))}
              </div>
            ) : (
              <ScrollX label="Members and what they spent">
                <Table>
                  <thead>
                    <tr>
                      <Th sorted={sort === "name" ? "up" : null} onSort={() => setSort("name")}>
                        Member
                      </Th>
                      <Th right className="max-sm:hidden" sorted={sort === "runs" ? "down" : null} onSort={() => setSort("runs")}>
                        Runs
                      </Th>
                      <Th right className="max-sm:hidden" sorted={sort === "tokens" ? "down" : null} onSort={() => setSort("tokens")}>
                        Tokens
                      </Th>
                      <Th right sorted={sort === "cost" ? "down" : null} onSort={() => setSort("cost")}>
                        Cost
                      </Th>
                      <Th className="w-56 max-md:hidden">Budget</Th>
                      <Th>Status</Th>
                    </tr>
                  </thead>
                  <tbody>
                    {part.shown.map((row) => (
                      <Row key={row.userId} row={row} total={total} />
                    ))}
                  </tbody>
                </Table>
              </ScrollX>
            )}
            {isTold && rows && part.isEmpty && <p className="px-5 py-6 text-center text-soft">Nobody is called that.</p>}
            {part.left > 0 && (
              <div className="border-t border-line p-2 text-center">
                <Button size="s" kind="quiet" onClick={part.showMore}>
                  Show more of {formatCount(part.left)} others
                </Button>
              </div>
            )}
          </Card>
          <Below isSettled={rows !== null}>
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-2">
              <TopPrompts
                account={account}
                entries={usage.data && (usage.data.topPrompts ?? []).map((prompt) => ({ ...prompt, name: prompt.promptId }))}
                error={usage.error}
                retry={() => void usage.refetch()}
              />
              <TeamReports account={account} />
            </div>
          </Below>
          {/* The last, since it is there only when there is something to say, and nothing is to move for it. */}
          <Below isSettled={rows !== null && !areReportsAwaited}>
            <SavingsBox account={account} zone={zone} />
          </Below>
        </div>
      )}
    </Page>
  );
}

/** What could be spent less on this month, with the way to where it is told. Not there while there is nothing. */
function SavingsBox({ account, zone }: { account: Account; zone: string }) {
  const { data, error, refetch } = useQuery(teamSavingsQuery(account.key, zone));
  if (error && !data) {
    return (
      <p className="rounded-xl border border-line bg-surface px-4 py-3 text-[0.8125rem]">
        <FailureLine what="What could be saved" error={error} retry={() => void refetch()} />
      </p>
    );
  }
  if (!data || nanoUsd(data.totalSavings) <= 0n) {
    return null;
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl border border-good/30 bg-good-wash px-4 py-3" data-testid="team-savings">
      <Lightbulb aria-hidden className="size-4 shrink-0 text-good" />
      <p className="min-w-0 flex-1 basis-60">
        Up to{" "}
        <strong className="font-semibold">
          <Amount usd={data.totalSavings} />
        </strong>
        , {formatPercent(Number(data.savingsPercentage))} of this month&apos;s spend, could be saved: {data.suggestions[0]?.title}
        {data.suggestions.length > 1 && `, and ${data.suggestions.length - 1} more`}.
      </p>
      <Link to="/dashboard/usage" search={{ range: "month" }} className="font-medium text-good underline underline-offset-2">
        See how
      </Link>
    </div>
  );
}

/** How many members the tier has room for; empty where it is any number. */
function seatsOf({ features: { seats } }: Account): string {
  return typeof seats === "number" ? `${formatCount(seats)} ${seats === 1 ? "seat" : "seats"}` : "";
}

function Row({ row, total }: { row: MemberRow; total: NanoUsd }) {
  const used = row.budget ? formatPercent(row.budget.percentage, 1, row.budget.isUsed) : "";
  return (
    <tr className="hover:bg-page" data-testid="member-row">
      <Td className="max-w-44">
        <Link
          to="/dashboard/usage"
          search={{ range: "month", only: `user:${row.userId}` }}
          title={row.name}
          dir="auto"
          className="block truncate text-left font-medium hover:text-accent hover:underline"
        >
          {row.name}
        </Link>
        {row.kind !== "member" && <Badge>{row.kind === "key" ? "API key" : hasAccount(row.userId) ? "No longer a member" : "Not a member"}</Badge>}{" "}
        <span className="text-xs text-soft figures">{total === 0n ? "" : `${formatPercent(Number((row.cost * 100_000n) / total) / 1000, 1, row.cost > 0n)} of the team`}</span>
      </Td>
      <Td right className="max-sm:hidden">
        {formatCount(row.runs)}
      </Td>
      <Td right className="max-sm:hidden">
        {formatCompact(row.tokens)}
      </Td>
      <Td right>
        <Amount usd={row.cost} />
      </Td>
      <Td className="max-md:hidden">
        {row.budget ? (
          <div>
            <p className="mb-1 text-xs text-soft figures">
              {used} of <Amount usd={row.budget.limit} /> each {row.budget.period}
            </p>
            <Progress percent={row.budget.percentage} used={used} level={row.level} label={`Budget of ${row.name}`} />
          </div>
        ) : (
          <span className="text-xs text-soft">None</span>
        )}
      </Td>
      <Td>
        {row.budget ? (
          <>
            <Badge tone={STATUS[row.level].tone}>{STATUS[row.level].label}</Badge>
            {/* Where the column of budgets has no room. */}
            <span className="block text-xs text-soft figures md:hidden">{used}</span>
          </>
        ) : (
          <span className="text-soft">–</span>
        )}
      </Td>
    </tr>
  );
}
