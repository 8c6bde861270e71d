import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { CircleX, Info, TriangleAlert, X } from "lucide-react";
import { useRef, useState } from "react";
import { exactUsd, nanoUsd } from "@/shared/format/money";
import { formatPercent } from "@/shared/format/numbers";
import type { Level } from "@/shared/ui/layout";
import { BudgetAmount } from "./budget-amount";
import type { Watched } from "./level";

const LOOKS: Record<Exclude<Level, "calm">, { icon: typeof Info; colours: string; title: string }> = {
  info: { icon: Info, colours: "border-info/30 bg-info-wash text-info", title: "Budget alert" },
  warning: { icon: TriangleAlert, colours: "border-warning/35 bg-warning-wash text-warning", title: "Budget warning" },
  critical: { icon: CircleX, colours: "border-critical/35 bg-critical-wash text-critical", title: "Critical budget alert" },
};

/**
 * A warning that was put away stays away for its threshold and its period, as an alert is raised once for both: the next threshold is
 * news, and so is a change of the budget that raises alerts anew, but not another name.
 */
export function keyOf({ budget, status, level, threshold }: Watched): string {
  return `dismissed:${budget.id}:${budget.alertVersion}:${status.value}:${status.periodStart}:${level}:${threshold}`;
}

export function isDismissed(warning: Watched): boolean {
  try {
    return localStorage.getItem(keyOf(warning)) !== null;
  } catch {
    return false;
  }
}

/** Below the severest level too, whoever may raise a limit that is three quarters gone can do so where they read of it. */
const INCREASE_FROM_PERCENT = 76;

/** @param onIncrease of whoever may change the budget */
export function BudgetWarning({
  warning,
  onIncrease,
  onDismiss,
}: {
  warning: Watched;
  onIncrease?: () => void;
  onDismiss: () => void;
}) {
  const [gone, setGone] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { budget, status, level } = warning;
  if (level === "calm" || gone) {
    return null;
  }
  const { icon: Icon, colours } = LOOKS[level];
  const isOver = level === "critical" && status.isExceeded;
  // A threshold below the limit can be critical too.
  const title = level === "critical" && (status.isExceeded || status.percentage >= 100) ? "Budget exceeded" : LOOKS[level].title;
  const dismiss = () => {
    try {
      localStorage.setItem(keyOf(warning), "1");
    } catch {
      // Then it comes back with the next page.
    }
    // What it stood over is what is read next.
    if (box.current?.contains(document.activeElement)) {
      box.current.closest("main")?.focus({ preventScroll: true });
    }
    setGone(true);
    onDismiss();
  };
  return (
    <div
      ref={box}
      onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && dismiss()}
      data-testid="budget-warning"
      data-level={level}
      className={clsx("flex items-start gap-3 rounded-xl border px-3.5 py-2.5", colours)}
    >
      <Icon aria-hidden className="mt-0.5 size-[1.125rem] shrink-0" />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1.5">
        <p className="min-w-0 flex-1 basis-64 text-pretty wrap-anywhere">
          {/* The level is read out, and not once more whenever an amount beside it moves. */}
          <strong role={level === "critical" ? "alert" : "status"} className="font-semibold">
            {title}: <bdi>{budget.name}</bdi>
          </strong>{" "}
          <span>
            {isOver ? (
              <>
                {/[1-9]/.test(over(warning)) ? (
                  <>
                    <BudgetAmount status={status} of={over(warning)} /> above the limit of <BudgetAmount status={status} of={status.limit} />.
                  </>
                ) : (
                  <>
                    All of the limit of <BudgetAmount status={status} of={status.limit} /> is used.
                  </>
                )}{" "}
                {budget.enforcement === "block" ? "Further runs are blocked." : "Further runs may be limited."}
              </>
            ) : (
              <>
                {formatPercent(Math.floor(status.percentage), 0, /[1-9]/.test(status.spent))} used: <BudgetAmount status={status} of={status.spent} /> of{" "}
                <BudgetAmount status={status} of={status.limit} />.
              </>
            )}
          </span>
        </p>
        <span className="flex flex-wrap gap-3 font-medium">
          <Link to="/settings/budget" className="underline underline-offset-2">
            View details
          </Link>
          {onIncrease && (level === "critical" || status.percentage >= INCREASE_FROM_PERCENT) && (
            <button type="button" onClick={onIncrease} className="underline underline-offset-2">
              Increase budget
            </button>
          )}
        </span>
      </div>
      <button
        type="button"
        aria-label={`Dismiss: ${title}`}
        className="-m-1.5 rounded-md p-1.5 hover:bg-black/5"
        onClick={dismiss}
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}

function over({ status }: Watched): string {
  return status.unit === "usd" ? exactUsd(nanoUsd(status.spent) - nanoUsd(status.limit)) : String(BigInt(status.spent) - BigInt(status.limit));
}
