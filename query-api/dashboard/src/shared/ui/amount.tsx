import { createContext, useContext } from "react";
import { formatExactUsd, formatLeast, formatNanoUsd, formatUsd, isRounded, nanoUsd, type NanoUsd } from "@/shared/format/money";
import { Hint } from "./hint";

/** Whether amounts are reached by arrows, as those of a table are, and not each by the tab key. */
export const ByArrows = createContext(false);

/**
 * An amount for people; the exact one on hover, on focus, at a tap, and for those who listen, if it is another. Not for within a
 * button.
 *
 * @param places how many there are at least: small amounts have as many as they need
 * @param some of one that is worked out, such as a mean: whether there is any of it, so that what is too little for its last place is
 *   not told as nothing
 */
export function Amount({ usd, places, some = false }: { usd: string | NanoUsd; places?: number; some?: boolean }) {
  const byArrows = useContext(ByArrows);
  const amount = typeof usd === "string" ? nanoUsd(usd) : usd;
  if (some && amount === 0n) {
    return (
      <span data-nano-usd="0" className="figures">
        {formatLeast()}
      </span>
    );
  }
  const shown = formatUsd(amount, places);
  return (
    <Hint
      text={() => (
        <>
          {formatExactUsd(amount)}
          <br />
          {formatNanoUsd(amount)}
        </>
      )}
    >
      <span data-nano-usd={amount.toString()} className="relative figures" tabIndex={byArrows ? -1 : 0}>
        {isRounded(amount, places) ? (
          <>
            <span aria-hidden>{shown}</span>
            {/* Not to be copied along with what is shown. */}
            <span className="sr-only select-none">{formatExactUsd(amount)}</span>
          </>
        ) : (
          shown
        )}
      </span>
    </Hint>
  );
}
