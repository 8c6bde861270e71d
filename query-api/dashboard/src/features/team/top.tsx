import { MessageSquareText, type LucideIcon } from "lucide-react";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";

/** How many are shown. */
const SHOWN = 10;

export interface Entry {
  name: string;
  runs: number;
  tokens: number;
  cost: string;
  /** How many of the runs have no price yet. */
  unpricedRuns: number;
}

interface Listed {
  /** The dearest first; undefined until they are known. */
  entries: readonly Entry[] | undefined;
  error: unknown;
  retry: () => void;
}

export function TopPrompts({ account, ...listed }: { account: Account } & Listed) {
  return account.features.topPrompts === false ? (
    <Card title="Top prompts" flush>
      <Empty icon={MessageSquareText} title={`The dearest prompts are not told in the tier ${account.tier}`}>
        They are counted all the same.
      </Empty>
    </Card>
  ) : (
    <Top title="Top prompts" icon={MessageSquareText} nothing="No run names a prompt" {...listed} />
  );
}

/**
 * The first ten of what was spent on.
 *
 * @param nothing what is said where there are none
 */
export function Top({ title, icon, nothing, entries, error, retry }: { title: string; icon: LucideIcon; nothing: string } & Listed) {
  return (
    <Card title={title} flush>
      {error && !entries ? (
        <Failure error={error} retry={retry} />
      ) : !entries ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      ) : entries.length === 0 ? (
        <Empty icon={icon} title={nothing} />
      ) : (
        <ol className="pb-2" aria-label={title}>
          {entries.slice(0, SHOWN).map((entry) => (
            <li key={entry.name} className="flex items-center gap-3 px-4 py-2 sm:px-5">
              <div className="min-w-0 flex-1">
                <p dir="auto" className="truncate text-left font-medium" title={entry.name}>
                  {entry.name}
                </p>
                <p className="text-xs text-soft figures">
                  {formatCount(entry.runs)} {entry.runs === 1 ? "run" : "runs"} · {formatCompact(entry.tokens)} tokens
                  {entry.unpricedRuns > 0 && ` · ${formatCount(entry.unpricedRuns)} unpriced`}
                </p>
              </div>
              <span className="text-right font-medium">
                {entry.unpricedRuns > 0 && entry.unpricedRuns === entry.runs ? <span className="text-warning">No price yet</span> : <Amount usd={entry.cost} />}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
