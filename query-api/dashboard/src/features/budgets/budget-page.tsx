import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Pencil, PiggyBank, Plus, SlidersHorizontal, Sparkles, Trash2 } from "lucide-react";
import { useState } from "react";
import { formatDate } from "@/shared/format/time";
import { formatCount } from "@/shared/format/numbers";
import { useAccount, type Account } from "@/shared/session/account";
import { useNamesOf } from "@/shared/session/names";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Badge, Card, Empty, Failure, LEVEL_TONE, Note, Page, Progress, Skeleton } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { budgetsQuery, singleBudgetQuery, useDeleteBudget, type Budget } from "./api";
import { BudgetAmount } from "./budget-amount";
import { BudgetDialog } from "./budget-dialog";
import { usedOf, watched, type Watched } from "./level";
import { describe, periodOf, wholeBesideForm, zoneOf } from "./names";
import { QuickAdjust } from "./quick-adjust";
import { isWhole, toggled } from "./search";
import { formKeyOf, SingleForm } from "./single-form";
import { Wizard } from "./wizard";

const route = getRouteApi("/signed-in/settings/budget");

const LEVEL_WORDS = { calm: "On track", info: "Getting there", warning: "Close to the limit", critical: "Critical" };

/** A threshold below the limit can be critical too. */
function wordsOf({ level, status }: Watched): string {
  return status.isExceeded ? "Exceeded" : LEVEL_WORDS[level];
}

export function BudgetPage() {
  usePageTitle("Budget");
  const account = useAccount();
  const [wizard, setWizard] = useState(false);
  const single = useQuery(singleBudgetQuery(account));
  const all = useQuery(budgetsQuery(account));
  const [adjusted, setAdjusted] = useState<Budget | null>(null);
  if (!account.maySeeAll) {
    return (
      <Page title="Budget">
        <Card>
          <Empty icon={PiggyBank} title="Budgets are for this team's admins">
            Ask an owner or admin of {account.name}, or switch to your personal account to limit what you spend yourself.
          </Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title="Budget"
      description={`What ${account.isTeam ? account.name : "you"} may spend, and when to be told.`}
      actions={
        <Button onClick={() => setWizard(true)}>
          <Sparkles aria-hidden className="size-4 text-accent" /> Help me choose
        </Button>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]">
        <Card title="Monthly budget" hint="One limit for everything, with a daily one and a cap for each prompt if you like.">
          {single.error && single.data === undefined ? (
            <Failure error={single.error} retry={() => void single.refetch()} />
          ) : single.data === undefined || all.isPending ? (
            <Skeleton className="h-96" />
          ) : (
            <div className="grid gap-5">
              {wholeBesideForm(all.data?.budgets ?? []).map((budget) => (
                <Note key={budget.id}>
                  <strong className="font-semibold">{budget.name}</strong> limits everything each month already. A monthly limit here would be one more beside it.{" "}
                  {budget.limitUsd !== undefined && (
                    <button type="button" className="min-h-6 font-medium underline underline-offset-2" onClick={() => setAdjusted(budget)}>
                      Change that one instead
                    </button>
                  )}
                </Note>
              ))}
              <SingleForm key={formKeyOf(single.data)} account={account} budget={single.data} />
            </div>
          )}
        </Card>
        <AllBudgets account={account} onWizard={() => setWizard(true)} />
      </div>
      {wizard && <Wizard account={account} onClose={() => setWizard(false)} />}
      {adjusted && <QuickAdjust account={account} budget={adjusted} onClose={() => setAdjusted(null)} />}
    </Page>
  );
}

function AllBudgets({ account, onWizard }: { account: Account; onWizard: () => void }) {
  const { data, error, refetch } = useQuery({ ...budgetsQuery(account), refetchInterval: 15_000 });
  const [edited, setEdited] = useState<Budget | "new" | null>(null);
  const [adjusted, setAdjusted] = useState<Budget | null>(null);
  const [deleted, setDeleted] = useState<Budget | null>(null);
  return (
    <Card
      title="All budgets"
      hint="For a member, a model, a tag: each with its own limit and period."
      actions={
        <Button size="s" onClick={() => setEdited("new")}>
          <Plus aria-hidden className="size-4" /> Add
        </Button>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="grid gap-3">
          {[0, 1, 2].map((row) => (
            <Skeleton key={row} className="h-24" />
          ))}
        </div>
      ) : data.budgets.length === 0 ? (
        <Empty
          icon={PiggyBank}
          title="No budget yet"
          action={
            <Button kind="primary" onClick={onWizard}>
              Set one with a few questions
            </Button>
          }
        >
          With a budget you are told at three quarters, and can have runs blocked at the end.
        </Empty>
      ) : (
        <ul className="grid gap-3">
          {data.budgets.map((budget) => (
            <BudgetItem
              key={budget.id}
              budget={budget}
              zone={account.zone}
              onEdit={() => setEdited(budget)}
              onAdjust={() => setAdjusted(budget)}
              onDelete={() => setDeleted(budget)}
            />
          ))}
        </ul>
      )}
      {edited && (
        <BudgetDialog
          key={edited === "new" ? "new" : edited.version}
          account={account}
          budget={edited === "new" ? null : edited}
          // One that is gone by now is not there to be edited.
          onReload={edited === "new" ? undefined : () => setEdited(data?.budgets.find((one) => one.id === edited.id) ?? null)}
          onClose={() => setEdited(null)}
        />
      )}
      {adjusted && <QuickAdjust account={account} budget={adjusted} onClose={() => setAdjusted(null)} />}
      {deleted && <DeleteDialog account={account} budget={deleted} onClose={() => setDeleted(null)} />}
    </Card>
  );
}

function BudgetItem({
  budget,
  zone,
  onEdit,
  onAdjust,
  onDelete,
}: {
  budget: Budget;
  zone: string;
  onEdit: () => void;
  onAdjust: () => void;
  onDelete: () => void;
}) {
  const rows = watched([budget]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const all = isWhole(search, budget.id);
  const worst = rows[0];
  return (
    <li className="rounded-lg border border-line p-3.5" data-testid="budget">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
            {budget.name} <Badge tone={LEVEL_TONE[worst?.level ?? "calm"]}>{worst ? wordsOf(worst) : LEVEL_WORDS.calm}</Badge>
            {budget.enforcement === "block" && <Badge>Blocks</Badge>}
          </p>
          {describe(budget) !== budget.name && <p className="text-xs wrap-anywhere text-soft">{describe(budget)}</p>}
        </div>
        <div className="-mt-1.5 -mr-1.5 flex">
          {budget.limitUsd !== undefined && (
            <IconButton label={`Adjust the limit of ${budget.name}`} onClick={onAdjust}>
              <SlidersHorizontal aria-hidden />
            </IconButton>
          )}
          <IconButton label={`Edit ${budget.name}`} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton label={`Delete ${budget.name}`} onClick={onDelete}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      </div>
      <div className="mt-2.5 grid gap-2.5">
        {rows.length === 0 && <p className="text-xs text-soft">Nothing was spent in this period yet.</p>}
        {(all ? rows : rows.slice(0, 3)).map((row) => (
          <SpentRow key={row.status.value} row={row} named={budget.values !== undefined} zone={zone} />
        ))}
        {rows.length > 3 && (
          <button
            type="button"
            className="min-h-6 justify-self-start text-xs font-medium text-accent"
            aria-expanded={all}
            onClick={() =>
              void navigate({
                search: ({ all: _all, ...rest }) => {
                  const next = toggled(search, budget.id);
                  return next === undefined ? rest : { ...rest, all: next };
                },
                replace: true,
                resetScroll: false,
              })
            }
          >
            {all ? "Show fewer" : rows.length < (budget.valuesCount ?? 0) ? `Show the first ${formatCount(rows.length)} of ${formatCount(budget.valuesCount!)}` : `Show all ${formatCount(rows.length)}`}
          </button>
        )}
      </div>
    </li>
  );
}

function SpentRow({ row: { budget, status, level }, named, zone }: { row: Watched; named: boolean; zone: string }) {
  const names = useNamesOf(named ? [budget.dimension ?? "account"] : []);
  const value = names.get(status.value) ?? status.value;
  return (
    <div>
      <div className="mb-1 flex flex-wrap justify-between gap-x-3 text-xs figures">
        <span className="min-w-0 wrap-anywhere">
          {named && <span className="font-medium">{value} · </span>}
          <BudgetAmount status={status} of={status.spent} />{" "}
          <span className="text-soft">
            of <BudgetAmount status={status} of={status.limit} />
          </span>
        </span>
        <span className="text-soft">
          {usedOf(status)}
          {status.projected && !named && (
            <>
              {" "}
              · heading for <BudgetAmount status={status} of={status.projected} />
            </>
          )}
        </span>
      </div>
      <Progress percent={status.percentage} used={usedOf(status)} level={level} label={`${budget.name}${named ? `, ${value}` : ""}`} />
      {!named && periodOf(budget) !== "total" && <p className="mt-1 text-xs text-soft">Begins anew on {formatDate(status.periodEnd, zoneOf(budget, zone))}</p>}
    </div>
  );
}

function DeleteDialog({ account, budget, onClose }: { account: Account; budget: Budget; onClose: () => void }) {
  const remove = useDeleteBudget(account);
  return (
    <ConfirmDialog title={`Delete ${budget.name}?`} change={remove} of={budget.id} done={`${budget.name} is deleted.`} onClose={onClose}>
      Nobody is told any more when its limit is reached, and nothing is blocked by it. Alerts that it raised stay.
    </ConfirmDialog>
  );
}
