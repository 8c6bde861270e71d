import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { exactUsd, formatExactUsd, nanoUsd } from "@/shared/format/money";
import { fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Account } from "@/shared/session/account";
import { CheckField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { Note } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { budgetsQuery, useSaveBudget, type Budget, type BudgetForm } from "./api";
import { BudgetAmount } from "./budget-amount";
import { suggestedLimit, watched } from "./level";

/** Everything of a budget that is set, as it was; what is worked out of it is left out. */
export function formOf(budget: Budget): BudgetForm {
  const { name, dimension, value, limitUsd, limitTokens, period, thresholds, enforcement, failMode, version } = budget;
  return Object.fromEntries(
    Object.entries({
      name,
      dimension,
      // Of everything there is one, and it is not named.
      value: dimension === "account" ? undefined : value,
      limitUsd,
      limitTokens,
      period,
      thresholds,
      enforcement,
      failMode,
      version,
    }).filter(([, set]) => set !== undefined && set !== null),
  ) as unknown as BudgetForm;
}

/** @param opened the budget as it was when it was chosen; it may have been changed since */
export function QuickAdjust({ account, budget: opened, onClose }: { account: Account; budget: Budget; onClose: () => void }) {
  const { data } = useQuery(budgetsQuery(account));
  const budget = data?.budgets.find(({ id }) => id === opened.id) ?? opened;
  const furthest = watched([budget])[0];
  const [limit, setLimit] = useState(fieldUsd(furthest ? exactUsd(suggestedLimit(furthest.status)) : String(budget.limitUsd ?? "")));
  const [keep, setKeep] = useState(true);
  const save = useSaveBudget(account);
  const typed = typedUsd(limit);
  const isGone = furthest !== undefined && furthest.status.unit === "usd" && typed.usd !== undefined && nanoUsd(typed.usd) <= nanoUsd(furthest.status.spent);
  const submit = () =>
    save.mutate(
      {
        id: budget.id,
        form: (() => {
          const { thresholds, ...rest } = formOf(budget);
          return { ...rest, ...(keep && thresholds ? { thresholds } : {}), limitUsd: typed.usd ?? limit };
        })(),
      },
      {
        onSuccess: () => {
          toast(`${budget.name} is now ${formatExactUsd(nanoUsd(typed.usd ?? limit))}.`);
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title="Adjust the budget"
      description={budget.name}
      submit="Save"
      busy={save.isPending}
      disabled={typed.usd === undefined}
      error={save.error}
      onClose={onClose}
      onSubmit={submit}
    >
      {furthest && (
        <dl className="grid grid-cols-3 gap-3 rounded-lg bg-page p-3 figures">
          <Fact name="Limit now" value={<BudgetAmount status={furthest.status} of={furthest.status.limit} />} />
          <Fact name="Spent" value={<BudgetAmount status={furthest.status} of={furthest.status.spent} />} />
          <Fact name="Projected" value={furthest.status.projected ? <BudgetAmount status={furthest.status} of={furthest.status.projected} /> : "Too early"} />
        </dl>
      )}
      <TextField
        label="New limit"
        prefix="$"
        inputMode="decimal"
        value={limit}
        onChange={(event) => setLimit(event.target.value)}
        help={furthest?.status.projected ? "Suggested: the next round amount that what is projected fits into." : "Suggested: the next round amount above the limit and what is spent."}
        error={typed.fault}
      />
      {budget.version !== opened.version && (
        <Note tone="warning">Someone has changed this budget since it was opened here: what stands above is as it is now, and Save sets the limit below in its place.</Note>
      )}
      {isGone && (
        <Note tone="warning">
          As much is spent already: this limit is exceeded at once{budget.enforcement === "block" ? ", and further runs are blocked" : ""}.
        </Note>
      )}
      <CheckField
        label="Keep the thresholds"
        help="Otherwise they become 75, 90 and 100%."
        checked={keep}
        onChange={(event) => setKeep(event.target.checked)}
      />
    </FormDialog>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="font-semibold">{value}</dd>
    </div>
  );
}
