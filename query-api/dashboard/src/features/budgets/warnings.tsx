import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Account } from "@/shared/session/account";
import { budgetsQuery, type Budget } from "./api";
import { BudgetWarning, isDismissed } from "./budget-warning";
import { watched } from "./level";
import { QuickAdjust } from "./quick-adjust";

const REFRESH_MS = 30_000;

/** The severest warning of the account, on top of every page. */
export function BudgetWarnings({ account }: { account: Account }) {
  const { data } = useQuery({ ...budgetsQuery(account), refetchInterval: REFRESH_MS });
  const [adjusted, setAdjusted] = useState<Budget | null>(null);
  const warning = watched(data?.budgets ?? []).find((one) => one.level !== "calm" && !isDismissed(one));
  return (
    <>
      {warning && (
        <div className="mx-auto w-full max-w-7xl px-4 pt-4 sm:px-6">
          <BudgetWarning
            key={`${warning.budget.id} ${warning.status.value} ${warning.level}`}
            warning={warning}
            {...(account.mayManage && warning.status.unit === "usd" ? { onIncrease: () => setAdjusted(warning.budget) } : {})}
          />
        </div>
      )}
      {adjusted && <QuickAdjust account={account} budget={adjusted} onClose={() => setAdjusted(null)} />}
    </>
  );
}
