import { useQuery } from "@tanstack/react-query";
import { nanoUsd } from "@/shared/format/money";
import { formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Card, Failure } from "@/shared/ui/layout";
import { savingsQuery, type Savings } from "./api";
import { PickRow } from "./pick-row";
import { readOnly, type UsageSearch } from "./search";

const TITLE = "Ways to spend less";

/** How the account could spend less. Not there while there is nothing to say. */
export function SavingsCard({
  account,
  search,
  zone,
  onPick,
}: {
  account: Account;
  search: UsageSearch;
  zone: string;
  onPick: (promptId: string) => void;
}) {
  const { data, error, refetch } = useQuery({ ...savingsQuery(account, search, zone), enabled: account.maySeeAll });
  const isNarrowed = readOnly(search.only).length > 0;
  if (error && !data) {
    return (
      <Card title={TITLE}>
        <Failure error={error} retry={() => void refetch()} />
      </Card>
    );
  }
  if (!data || data.suggestions.length === 0) {
    return null;
  }
  return (
    <Card
      title={isNarrowed ? `${TITLE}, of everything` : TITLE}
      hint={
        isNarrowed
          ? "From all that was spent in this range, not only from what the page is narrowed down to."
          : "From what was spent in this range. Nothing is estimated that the ledger does not know."
      }
      flush
    >
      <div data-testid="savings">
        {nanoUsd(data.totalSavings) > 0n && (
          <p className="px-4 pb-2 sm:px-5">
            Together up to{" "}
            <strong className="font-semibold">
              <Amount usd={data.totalSavings} />
            </strong>
            , {formatPercent(Number(data.savingsPercentage))} of {isNarrowed ? "the whole spend" : "the spend"}
          </p>
        )}
        <ul className="pb-2">
          {data.suggestions.map((suggestion) => (
            <li key={suggestion.title} className="flex items-start gap-3 px-4 py-2 sm:px-5">
              <span className="min-w-0 flex-1 wrap-anywhere">
                <span className="block font-medium">{suggestion.title}</span>
                <span className="block text-xs text-soft">{suggestion.description}</span>
              </span>
              <span className="shrink-0 text-right font-medium">
                {suggestion.savings !== null ? (
                  <Amount usd={suggestion.savings} />
                ) : suggestion.savingsPerTenth ? (
                  <>
                    <Amount usd={suggestion.savingsPerTenth} />
                    <span className="block text-xs font-normal text-soft">for each tenth</span>
                  </>
                ) : (
                  "—"
                )}
              </span>
            </li>
          ))}
        </ul>
        {data.longPrompts.length > 0 && <LongPrompts prompts={data.longPrompts} onPick={onPick} />}
      </div>
    </Card>
  );
}

function LongPrompts({ prompts, onPick }: { prompts: Savings["longPrompts"]; onPick: (promptId: string) => void }) {
  return (
    <div className="border-t border-line pt-2">
      <h3 className="px-4 text-xs text-soft sm:px-5">Prompts that send much</h3>
      <ul className="pb-2">
        {prompts.map((prompt) => (
          <PickRow key={prompt.promptId} name={prompt.promptId} cost={prompt.cost} runs={prompt.runs} unpricedRuns={prompt.unpricedRuns} onPick={() => onPick(prompt.promptId)}>
            {formatCompact(prompt.averageInputTokens)} input tokens a run · {formatCount(prompt.runs)} {prompt.runs === 1 ? "run" : "runs"}
          </PickRow>
        ))}
      </ul>
    </div>
  );
}
