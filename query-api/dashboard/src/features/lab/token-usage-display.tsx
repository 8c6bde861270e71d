import { CheckCircle2 } from "lucide-react";
import type { ReactNode } from "react";
import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatCount, formatSeconds } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import { Badge } from "@/shared/ui/layout";

/** What a run used and cost, once it is over. */
export function TokenUsageDisplay({
  inputTokens,
  outputTokens,
  totalCost,
  estimatedCost,
  executionTimeMs,
  model,
  showCost,
  parts,
  children,
}: {
  inputTokens: number;
  outputTokens: number;
  totalCost: string;
  /** What was said before the run, if anything was. */
  estimatedCost: string | null;
  executionTimeMs: number;
  model: string;
  showCost: boolean;
  /** What the cost is made of. */
  parts?: ReactNode;
  children?: ReactNode;
}) {
  const per1K = costPer1K(nanoUsd(totalCost), inputTokens + outputTokens);
  return (
    <section aria-label="Execution complete" data-testid="token-usage" className="rounded-xl border border-good/30 bg-good-wash p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="flex items-center gap-2 font-semibold text-good">
          <CheckCircle2 aria-hidden className="size-4" /> Execution complete
        </h2>
        {showCost && per1K !== null && <Badge tone="good"><Amount usd={per1K} some={nanoUsd(totalCost) > 0n} /> per 1K tokens</Badge>}
      </div>
      <dl className="mt-3 grid grid-cols-3 gap-3 figures">
        {showCost ? (
          <>
            <Fact name="Input tokens">{formatCount(inputTokens)}</Fact>
            <Fact name="Output tokens">{formatCount(outputTokens)}</Fact>
            <Fact name="Total cost">
              <Amount usd={totalCost} places={4} />
            </Fact>
          </>
        ) : (
          <Fact name="Total tokens">{formatCount(inputTokens + outputTokens)}</Fact>
        )}
      </dl>
      {parts}
      <p className="mt-3 text-xs text-soft figures">
        {formatSeconds(executionTimeMs)} · {model}
        {showCost && estimatedCost !== null && (
          <>
            {" "}
            · estimated before: ~<Amount usd={estimatedCost} places={4} />
          </>
        )}
      </p>
      {children}
    </section>
  );
}

/** Cost ÷ tokens × 1,000, exactly, rounded half up to a nanoUSD; null of nothing. */
export function costPer1K(cost: NanoUsd, tokens: number): NanoUsd | null {
  return tokens === 0 ? null : (cost * 2000n + BigInt(tokens)) / (2n * BigInt(tokens));
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="text-base font-semibold wrap-anywhere">{children}</dd>
    </div>
  );
}
