import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { NanoUsd } from "@/shared/format/money";
import { Cost } from "./cost";

/** A prompt and its cost. A click on it picks it, but for its amounts: they are not within the button, so that each can be looked at. */
export function PickRow({
  number,
  name,
  isPicked,
  cost,
  runs,
  unpricedRuns = 0,
  onPick,
  children,
}: {
  number?: number;
  name: string;
  isPicked?: boolean;
  cost: string | NanoUsd;
  runs: number;
  unpricedRuns?: number;
  onPick: () => void;
  /** What there is to say of it. */
  children: ReactNode;
}) {
  return (
    <li className={clsx("relative flex items-center gap-3 px-4 py-2 sm:px-5", isPicked ? "bg-accent-wash" : "hover:bg-page")}>
      <div className="min-w-0 flex-1">
        <button type="button" title={name} aria-pressed={isPicked} onClick={onPick} className="flex w-full gap-3 text-left font-medium after:absolute after:inset-0">
          {number !== undefined && <span className="w-4 shrink-0 text-right text-xs leading-5 font-normal text-soft figures">{number}</span>}
          <span dir="auto" className="min-w-0 truncate">
            {name}
          </span>
        </button>
        <p className={number === undefined ? "text-xs text-soft figures" : "pl-7 text-xs text-soft figures"}>{children}</p>
      </div>
      <span className="text-right font-medium">
        <Cost cost={cost} runs={runs} unpricedRuns={unpricedRuns} />
      </span>
    </li>
  );
}
