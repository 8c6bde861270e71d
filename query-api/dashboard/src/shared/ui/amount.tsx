import { createContext, useContext } from "react";
import { exactUsd, formatNanoUsd, formatUsd, isRounded, nanoUsd, type NanoUsd } from "@/shared/format/money";
import { Hint } from "./hint";

/** Whether amounts are reached by arrows, as those of a table are, and not each by the tab key. */
export const ByArrows = createContext(false);

/** An amount for people; the exact one on hover and focus, and for those who listen, if it is another. Not for within a button. */
export function Amount({ usd, digits }: { usd: string | NanoUsd; digits?: number }) {
  const byArrows = useContext(ByArrows);
  const amount = typeof usd === "string" ? nanoUsd(usd) : usd;
  const shown = formatUsd(amount, digits === undefined ? {} : { digits });
  return (
    <Hint
      text={
        <>
          ${exactUsd(amount)}
          <br />
          {formatNanoUsd(amount)}
        </>
      }
    >
      <span data-nano-usd={amount.toString()} className="relative figures" tabIndex={byArrows ? -1 : 0}>
        {isRounded(amount, digits) ? (
          <>
            <span aria-hidden>{shown}</span>
            {/* Not to be copied along with what is shown. */}
            <span className="sr-only select-none">${exactUsd(amount)}</span>
          </>
        ) : (
          shown
        )}
      </span>
    </Hint>
  );
}
