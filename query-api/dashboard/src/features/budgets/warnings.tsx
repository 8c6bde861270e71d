import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { clsx } from "clsx";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Account } from "@/shared/session/account";
import { budgetsQuery, type Budget } from "./api";
import { BudgetWarning, isDismissed, keyOf } from "./budget-warning";
import { watched } from "./level";

const QuickAdjust = lazy(() => import("./quick-adjust").then((module) => ({ default: module.QuickAdjust })));

const REFRESH_MS = 30_000;

/** Of what contains pages: room for a warning that stands over their lower end. */
export const FLOATING_ROOM = "has-[[data-floating]]:pb-16";

/**
 * The severest warning of the account, on top of every page. A page has a place for it if there is one when the page is opened; what
 * comes later is a line at the lower end, so that nothing moves under a cursor, and takes its place on the next page. The page leaves
 * room for the line below its end ({@link FLOATING_ROOM}), so that nothing stays behind it.
 */
export function BudgetWarnings({ account }: { account: Account }) {
  const { data } = useQuery({ ...budgetsQuery(account), refetchInterval: REFRESH_MS });
  const [adjusted, setAdjusted] = useState<Budget | null>(null);
  // What is put away is remembered by the browser, and only looked up.
  const [, setPutAway] = useState(0);
  const warning = watched(data?.budgets ?? []).find((one) => one.level !== "calm" && !isDismissed(one));
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [page, setPage] = useState({ path, hasPlace: warning !== undefined || wasWarned(account.key) });
  if (page.path !== path) {
    setPage({ path, hasPlace: warning !== undefined });
  }
  const isKnown = data !== undefined;
  const isWarned = warning !== undefined;
  useEffect(() => {
    if (isKnown) {
      rememberWarned(account.key, isWarned);
    }
  }, [account.key, isKnown, isWarned]);
  return (
    <>
      {(warning || (page.hasPlace && !isKnown)) && (
        <div
          data-floating={page.hasPlace ? undefined : ""}
          className={clsx(
            page.hasPlace
              ? "mx-auto min-h-32 w-full max-w-7xl px-4 pt-4 sm:min-h-[3.875rem] sm:px-6"
              : "fixed inset-x-3 bottom-3 z-30 rounded-xl bg-surface shadow-pop lg:right-auto lg:left-[16.5rem] lg:w-[46rem] lg:max-w-[calc(100vw-17.25rem)]",
          )}
        >
          {warning && (
            <BudgetWarning
              key={keyOf(warning)}
              warning={warning}
              brief={!page.hasPlace}
              onDismiss={() => setPutAway((count) => count + 1)}
              {...(account.mayManage && warning.status.unit === "usd" ? { onIncrease: () => setAdjusted(warning.budget) } : {})}
            />
          )}
        </div>
      )}
      {adjusted && (
        <Suspense fallback={null}>
          <QuickAdjust account={account} budget={adjusted} onClose={() => setAdjusted(null)} />
        </Suspense>
      )}
    </>
  );
}

const itemOf = (key: string) => `warned:${key}`;

/** Whether there was a warning when this browser last looked. */
function wasWarned(key: string): boolean {
  try {
    return localStorage.getItem(itemOf(key)) !== null;
  } catch {
    return false;
  }
}

function rememberWarned(key: string, isWarned: boolean): void {
  try {
    if (isWarned) {
      localStorage.setItem(itemOf(key), "1");
    } else {
      localStorage.removeItem(itemOf(key));
    }
  } catch {
    // Then the next page finds out for itself.
  }
}
