import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { Account } from "@/shared/session/account";
import { budgetsQuery, type Budget } from "./api";
import { BudgetWarning, isDismissed, keyOf } from "./budget-warning";
import { watched } from "./level";

const QuickAdjust = lazy(() => import("./quick-adjust").then((module) => ({ default: module.QuickAdjust })));

const REFRESH_MS = 30_000;

/** How long a page is kept back at most until it is known whether a warning stands above it. */
const KEPT_BACK_MS = 1_000;

/**
 * What the document says of it, for its styles: a warning stands over the lower end of the page, for which there is room then; or nothing
 * of a page is seen, though it is there and asks for what it shows, before it is known whether a warning moves it down. Not by
 * {@code :has}, which would have every text that a chart measures look through the page.
 */
function useDocumentSays(what: "floating" | "awaited" | null): void {
  useLayoutEffect(() => {
    if (what === null) {
      return;
    }
    document.documentElement.dataset.warning = what;
    return () => {
      delete document.documentElement.dataset.warning;
    };
  }, [what]);
}

/** How high the warning is that stands over the page, for what is to stand above it. */
function useHeightSaid(box: RefObject<HTMLDivElement | null>, isFloating: boolean): void {
  useLayoutEffect(() => {
    if (!isFloating || box.current === null) {
      return;
    }
    const shown = box.current;
    const { style } = document.documentElement;
    const say = () => style.setProperty("--warning-height", `${shown.offsetHeight}px`);
    say();
    const watcher = new ResizeObserver(say);
    watcher.observe(shown);
    return () => {
      watcher.disconnect();
      style.removeProperty("--warning-height");
    };
  }, [box, isFloating]);
}

/**
 * The severest warning of the account, on top of every page, which has a place for it if there is one when the page is opened, or was when
 * this browser last looked. Where it never did, the first page is seen once that is known, or after {@link KEPT_BACK_MS}. What comes later
 * stands at the lower end, so that nothing moves under a cursor, and takes its place on the next page. The page leaves room for it below
 * its end ({@link useDocumentSays}), so that nothing stays behind it.
 */
export function BudgetWarnings({ account }: { account: Account }) {
  const { data, isError } = useQuery({ ...budgetsQuery(account), refetchInterval: REFRESH_MS });
  const [adjusted, setAdjusted] = useState<Budget | null>(null);
  // What is put away is remembered by the browser, and only looked up.
  const [, setPutAway] = useState(0);
  const warning = watched(data?.budgets ?? []).find((one) => one.level !== "calm" && !isDismissed(one));
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isKnown = data !== undefined;
  const isWarned = warning !== undefined;
  const isLate = useIsLate(!isKnown);
  const box = useRef<HTMLDivElement>(null);
  // Null until it is known.
  const [page, setPage] = useState<{ path: string; hasPlace: boolean | null }>({ path, hasPlace: isKnown ? isWarned : wasWarned(account.key) });
  if (page.hasPlace === null && (isKnown || isError || isLate || !account.maySeeAll)) {
    setPage({ path, hasPlace: isWarned });
  } else if (page.path !== path) {
    setPage({ path, hasPlace: isKnown ? isWarned : page.hasPlace });
  }
  useEffect(() => {
    if (isKnown) {
      rememberWarned(account.key, isWarned, box.current);
    }
  }, [account.key, isKnown, isWarned]);
  const height = isKnown ? undefined : placeOf(account.key);
  const isFloating = warning !== undefined && !page.hasPlace;
  useHeightSaid(box, isFloating);
  useDocumentSays(page.hasPlace === null ? "awaited" : isFloating ? "floating" : null);
  return (
    <>
      {(warning || (page.hasPlace && !isKnown)) && (
        <div
          ref={box}
          data-floating={isFloating ? "" : undefined}
          style={height === undefined ? undefined : { minHeight: height }}
          className={
            page.hasPlace
              ? "mx-auto min-h-32 w-full max-w-7xl px-4 pt-4 sm:min-h-[3.875rem] sm:px-6"
              : "fixed inset-x-3 bottom-3 z-30 rounded-xl bg-surface shadow-pop lg:right-auto lg:left-[16.5rem] lg:w-[46rem] lg:max-w-[calc(100vw-17.25rem)]"
          }
        >
          {warning && (
            <BudgetWarning
              key={keyOf(warning)}
              warning={warning}
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

/** Whether something has been awaited for too long. */
function useIsLate(isAwaited: boolean): boolean {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    if (!isAwaited) {
      return;
    }
    const timer = setTimeout(() => setIsLate(true), KEPT_BACK_MS);
    return () => clearTimeout(timer);
  }, [isAwaited]);
  return isLate;
}

const itemOf = (key: string) => `warned:${key}`;

/** Whether there was a warning when this browser last looked; null if it never did. */
function wasWarned(key: string): boolean | null {
  try {
    const remembered = localStorage.getItem(itemOf(key));
    return remembered === null ? null : remembered !== "0";
  } catch {
    return null;
  }
}

/** How high it was then, in pixels, if the window is as wide as it was; undefined if that is not known. */
function placeOf(key: string): number | undefined {
  try {
    const [, width, height] = /^1 (\d+)x(\d+)$/.exec(localStorage.getItem(itemOf(key)) ?? "") ?? [];
    return Number(width) === window.innerWidth ? Number(height) : undefined;
  } catch {
    return undefined;
  }
}

/** @param box of the warning; one that floats says nothing of the place that another will need */
function rememberWarned(key: string, isWarned: boolean, box: HTMLElement | null): void {
  const height = box && box.dataset.floating === undefined ? box.offsetHeight : 0;
  try {
    localStorage.setItem(itemOf(key), !isWarned ? "0" : height > 0 ? `1 ${window.innerWidth}x${height}` : "1");
  } catch {
    // Then the next page finds out for itself.
  }
}
