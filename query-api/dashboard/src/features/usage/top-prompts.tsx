import { MessageSquareText } from "lucide-react";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Card, Empty, Skeleton } from "@/shared/ui/layout";
import type { Stats } from "./api";

export function TopPrompts({
  account,
  stats,
  onPick,
}: {
  account: Account;
  stats: Stats | undefined;
  onPick: (promptId: string) => void;
}) {
  if (!account.maySeeAll) {
    return null;
  }
  return (
    <Card title="Top prompts" hint="The ten that cost the most." flush>
      {!stats ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-9" />
          ))}
        </div>
      ) : !stats.topPrompts || stats.topPrompts.length === 0 ? (
        <Empty icon={MessageSquareText} title="No run names a prompt">
          Send a promptId with your events, and the dearest prompts stand here.
        </Empty>
      ) : (
        <ol className="pb-2">
          {stats.topPrompts.map((prompt, index) => (
            <li key={prompt.promptId}>
              <button
                type="button"
                onClick={() => onPick(prompt.promptId)}
                className="flex w-full items-center gap-3 px-4 py-2 text-left hover:bg-page sm:px-5"
              >
                <span className="w-4 shrink-0 text-right text-xs text-soft figures">{index + 1}</span>
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{prompt.promptId}</span>
                  <span className="block text-xs text-soft figures">
                    {formatCount(prompt.runs)} runs · {formatCompact(prompt.tokens)} tokens
                  </span>
                </span>
                <span className="font-medium">
                  <Amount usd={prompt.cost} />
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
