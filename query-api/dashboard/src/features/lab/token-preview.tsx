import { ArrowRightLeft, Scissors } from "lucide-react";
import { formatCount, formatPercent } from "@/shared/format/numbers";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { Badge, Note, Skeleton } from "@/shared/ui/layout";
import type { Estimate, Suggestion } from "./api";

/**
 * What a prompt would use and cost, as it is typed. Costs are shown where the account's tier includes them; else the total of
 * tokens with an invitation.
 */
export function TokenPreview({
  estimate,
  model,
  isEmpty,
  showCost,
  onModelChange,
}: {
  estimate: Estimate | undefined;
  model: string;
  isEmpty: boolean;
  showCost: boolean;
  onModelChange?: (model: string) => void;
}) {
  const shown = isEmpty ? undefined : estimate;
  if (!showCost) {
    return (
      <section aria-label="Estimated tokens" className="flex items-center justify-between gap-3 rounded-xl bg-line/50 px-4 py-2.5" data-testid="token-preview">
        <span aria-live="polite" className="figures">
          ~{formatCount(shown?.totalTokens ?? 0)} tokens
        </span>
        <Badge tone="accent">Upgrade for a cost preview</Badge>
      </section>
    );
  }
  return (
    <section aria-label="Estimated cost preview" data-testid="token-preview" className="rounded-xl border border-info/25 bg-info-wash p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold text-info">Estimated cost preview</h2>
        <Badge tone="info">{shown?.model ?? model}</Badge>
      </div>
      {!isEmpty && !estimate ? (
        <Skeleton className="mt-3 h-14" />
      ) : (
        <>
          {/* A line where there is little room, below what is typed. */}
          <dl className="mt-2 flex flex-wrap gap-x-3 gap-y-0.5 figures sm:mt-3 sm:grid sm:grid-cols-3 sm:gap-3" aria-live="polite">
            <Figure name="Input tokens" short="in" value={`~${formatCount(shown?.inputTokens ?? 0)}`} />
            <Figure name="Output tokens" short="out" value={`~${formatCount(shown?.outputTokens ?? 0)}`} />
            <Figure
              name="Cost"
              value={
                shown?.unpriced ? (
                  <span className="text-warning">No price</span>
                ) : (
                  <span data-testid="preview-cost">
                    ~<Amount usd={shown?.estimatedCost ?? "0.00"} places={4} />
                  </span>
                )
              }
            />
          </dl>
          {shown?.approximate && <p className="mt-2 text-xs text-soft">This provider counts with a vocabulary of its own, so the count is close, not exact.</p>}
        </>
      )}
      {shown?.unpriced && (
        <div className="mt-3">
          <Note tone="warning">This model is not on the price list. Its tokens will count; its cost follows when a price arrives.</Note>
        </div>
      )}
      {shown && shown.suggestions.some((suggestion) => suggestion.targetModel !== model) && (
        <ul className="mt-3 grid gap-2">
          {shown.suggestions
            // The answer for the model before stays until the next is there, and so would advice that was taken.
            .filter((suggestion) => suggestion.targetModel !== model)
            .map((suggestion) => (
              <SuggestionRow key={`${suggestion.type} ${suggestion.targetModel}`} suggestion={suggestion} onModelChange={onModelChange} />
            ))}
        </ul>
      )}
    </section>
  );
}

function SuggestionRow({ suggestion, onModelChange }: { suggestion: Suggestion; onModelChange?: ((model: string) => void) | undefined }) {
  const isSwitch = suggestion.type === "model_switch";
  const Icon = isSwitch ? ArrowRightLeft : Scissors;
  const target = suggestion.targetModel;
  return (
    <li className="flex items-start gap-3 rounded-lg bg-surface px-3 py-2.5">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{suggestion.title}</p>
        <p className="text-xs text-soft">{suggestion.description}</p>
        <p className="mt-0.5 text-xs font-medium text-good figures">
          Saves <Amount usd={suggestion.savings} places={4} /> ({formatPercent(suggestion.savingsPercentage, 0)})
        </p>
      </div>
      {isSwitch && target && onModelChange && (
        <Button size="s" onClick={() => onModelChange(target)}>
          Switch
        </Button>
      )}
    </li>
  );
}

/** @param short what stands behind the value on a narrow page, where the name is only heard */
function Figure({ name, short, value }: { name: string; short?: string; value: React.ReactNode }) {
  return (
    <div className="min-w-0 max-sm:flex max-sm:items-baseline max-sm:gap-1">
      <dt className="text-xs text-soft max-sm:sr-only">{name}</dt>
      <dd className="font-semibold wrap-anywhere sm:text-base">{value}</dd>
      {short && (
        <dd aria-hidden className="text-xs text-soft sm:hidden">
          {short}
        </dd>
      )}
    </div>
  );
}
