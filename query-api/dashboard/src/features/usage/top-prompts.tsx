import { useQuery } from "@tanstack/react-query";
import { MessageSquareText } from "lucide-react";
import { nanoUsd, type NanoUsd } from "@/shared/format/money";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { promptsQuery, type Share, type Stats } from "./api";
import { pricedness } from "./cost";
import { PickRow } from "./pick-row";
import { isAmong, readOnly, type UsageSearch } from "./search";

const SHOWN = 10;

interface TopPrompt {
  promptId: string;
  runs: number;
  tokens: number;
  cost: NanoUsd;
  /** How many of the runs have no price yet. */
  unpricedRuns: number;
}

export function TopPrompts({
  account,
  search,
  zone,
  stats,
  error,
  retry,
  onPick,
  onChange,
}: {
  account: Account;
  search: UsageSearch;
  zone: string;
  stats: Stats | undefined;
  /** Of the statistic of everything. */
  error: unknown;
  retry: () => void;
  onPick: (promptId: string) => void;
  onChange: (patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }) => void;
}) {
  // The dearest come with a statistic of everything; for another order, or of a part, all of them are needed.
  const onlys = readOnly(search.only);
  const needsAll = search.top !== undefined || onlys.length > 0;
  const isLacking = account.features.topPrompts === false;
  const all = useQuery({ ...promptsQuery(account, search, zone), enabled: account.maySeeAll && needsAll && !isLacking });
  if (!account.maySeeAll) {
    return null;
  }
  if (isLacking) {
    return (
      <Card title="Top prompts" flush>
        <Empty icon={MessageSquareText} title={`The dearest prompts are not told in the tier ${account.tier}`}>
          They are counted all the same.
        </Empty>
      </Card>
    );
  }
  const prompts = needsAll ? all.data && topOf(all.data.breakdown, search.top ?? "cost") : stats?.topPrompts?.map((prompt) => ({ ...prompt, cost: nanoUsd(prompt.cost) }));
  return (
    <Card
      title="Top prompts"
      flush
      actions={
        <SelectField label="First in" hideLabel className="w-40" value={search.top ?? ""} onChange={(event) => onChange({ top: (event.target.value || undefined) as UsageSearch["top"] })}>
          <option value="">By cost</option>
          <option value="runs">By runs</option>
          <option value="each">By cost per run</option>
        </SelectField>
      }
    >
      {!prompts && (needsAll ? all.error : error) ? (
        <Failure error={needsAll ? all.error : error} retry={needsAll ? () => void all.refetch() : retry} />
      ) : (needsAll ? all.isPending : !stats) ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      ) : !prompts || prompts.length === 0 ? (
        <Empty icon={MessageSquareText} title="No run names a prompt">
          Send a promptId with your events, and the dearest prompts stand here.
        </Empty>
      ) : (
        <ol className="pb-2">
          {prompts.map((prompt, index) => (
            <PickRow
              key={prompt.promptId}
              number={index + 1}
              name={prompt.promptId}
              isPicked={isAmong(onlys, { dimension: "prompt", value: prompt.promptId })}
              cost={prompt.cost}
              runs={prompt.runs}
              unpricedRuns={prompt.unpricedRuns}
              onPick={() => onPick(prompt.promptId)}
            >
              {formatCount(prompt.runs)} {prompt.runs === 1 ? "run" : "runs"} · {formatCompact(prompt.tokens)} {prompt.tokens === 1 ? "token" : "tokens"}
              {pricedness(prompt.runs, prompt.unpricedRuns) !== "none" && (
                <>
                  {" "}
                  · <Amount usd={each(prompt)} some={prompt.cost > 0n} /> a {prompt.unpricedRuns > 0 && "priced "}run
                </>
              )}
            </PickRow>
          ))}
        </ol>
      )}
    </Card>
  );
}

/** Cost ÷ the runs that have a price, half up to a nanoUSD. */
export function each({ cost, runs, unpricedRuns = 0 }: { cost: NanoUsd; runs: number; unpricedRuns?: number }): NanoUsd {
  const priced = runs - unpricedRuns;
  return priced <= 0 ? 0n : (2n * cost + BigInt(priced)) / (2n * BigInt(priced));
}

/** The first ten in cost, in runs, or in what one run costs; what names no prompt is none. */
export function topOf(shares: readonly Share[], by: "cost" | "runs" | "each"): TopPrompt[] {
  return shares
    .filter((share) => !share.unattributed && !share.combined)
    .map((share) => ({ promptId: share.category, runs: share.runs, tokens: share.tokens, cost: nanoUsd(share.cost), unpricedRuns: share.unpricedRuns }))
    .sort((a, b) => (by === "runs" ? b.runs - a.runs : by === "cost" ? descending(a.cost, b.cost) : descending(each(a), each(b))))
    .slice(0, SHOWN);
}

function descending(a: bigint, b: bigint): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
