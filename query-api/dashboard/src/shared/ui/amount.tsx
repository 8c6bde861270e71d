import { exactUsd, formatNanoUsd, formatUsd, nanoUsd, type NanoUsd } from "@/shared/format/money";
import { Hint } from "./hint";

/** An amount for people; on hover and focus the exact one. */
export function Amount({ usd, digits, focusable = false }: { usd: string | NanoUsd; digits?: number; focusable?: boolean }) {
  const amount = typeof usd === "string" ? nanoUsd(usd) : usd;
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
      <span data-nano-usd={amount.toString()} className="figures" tabIndex={focusable ? 0 : undefined}>
        {formatUsd(amount, digits === undefined ? {} : { digits })}
      </span>
    </Hint>
  );
}
