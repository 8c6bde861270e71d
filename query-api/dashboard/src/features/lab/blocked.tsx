import { Link } from "@tanstack/react-router";
import { Ban, ScissorsLineDashed } from "lucide-react";
import { formatCount } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { buttonClass } from "@/shared/ui/button";
import type { Decision } from "./api";
import { Left } from "./left";

/** What a model takes no more of: it would refuse the call, and nothing is paid for it. */
export function TooLongFor({ model, inputTokens, most, onEdit }: { model: string; inputTokens: number; most: number; onEdit: () => void }) {
  return (
    <section role="alert" data-testid="too-long-for-model" className="rounded-xl border border-critical/35 bg-critical-wash p-4">
      <h2 className="flex items-center gap-2 font-semibold wrap-anywhere text-critical">
        <ScissorsLineDashed aria-hidden className="size-4 shrink-0" /> Prompt too long for {model}
      </h2>
      <p className="mt-1">
        It has about {formatCount(inputTokens)} tokens; a call of the model takes {formatCount(most)}. Shorten it, or choose a model that takes more.
      </p>
      <div className="mt-3">
        <button type="button" className={buttonClass("primary", "s")} onClick={onEdit}>
          Edit the prompt
        </button>
      </div>
    </section>
  );
}

/** Why a run may not go ahead, and every way out. */
export function Blocked({
  decision,
  inputTokens,
  account,
  onEdit,
}: {
  decision: Decision;
  inputTokens: number;
  account: Pick<Account, "tier" | "features" | "mayManage">;
  onEdit: () => void;
}) {
  if (decision.deniedBy === "max_tokens_per_prompt") {
    const isOfTier = decision.maxTokensPerPrompt === account.features.tokensPerPromptMax;
    return (
      <section role="alert" data-testid="prompt-too-long" className="rounded-xl border border-critical/35 bg-critical-wash p-4">
        <h2 className="flex items-center gap-2 font-semibold text-critical">
          <ScissorsLineDashed aria-hidden className="size-4" /> Prompt too long
        </h2>
        <p className="mt-1">
          It has about {formatCount(inputTokens)} tokens; {isOfTier ? `in the tier ${account.tier}, ` : ""}a prompt may have {formatCount(decision.maxTokensPerPrompt ?? 0)}.
        </p>
        <div className="mt-3 flex flex-wrap gap-2">
          <button type="button" className={buttonClass("primary", "s")} onClick={onEdit}>
            Edit the prompt
          </button>
          {!isOfTier && account.mayManage && (
            <Link to="/settings/budget" className={buttonClass("plain", "s")}>
              Change the cap
            </Link>
          )}
        </div>
      </section>
    );
  }
  const budget = decision.budgets.find((one) => one.id === decision.deniedBy) ?? decision.budgets.find((one) => one.wouldExceed);
  const hasSome = budget !== undefined && /[1-9]/.test(budget.remaining);
  return (
    <section role="alert" data-testid="budget-blocked" className="rounded-xl border border-critical/35 bg-critical-wash p-4">
      <h2 className="flex items-center gap-2 font-semibold text-critical">
        <Ban aria-hidden className="size-4" /> Cannot run: {hasSome ? "the budget leaves too little" : "the budget is spent"}
      </h2>
      <p className="mt-1">
        {budget ? (
          <>
            <strong className="font-semibold">{budget.name}</strong>: <Left budget={budget} />, and this run may {mayTake(budget.unit, decision)}.
          </>
        ) : (
          "A budget that blocks does not leave enough for it."
        )}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {account.mayManage && (
          <Link to="/settings/budget" className={buttonClass("primary", "s")}>
            Increase the budget
          </Link>
        )}
        <Link to="/dashboard/usage" className={buttonClass("plain", "s")}>
          View usage
        </Link>
      </div>
      <p className="mt-2 text-xs text-soft">{account.mayManage ? "Or wait" : "Ask an owner or admin to raise it, or wait"} until the budget begins anew{hasSome ? ", or use a model that costs less." : "."}</p>
    </section>
  );
}

/** In what the budget counts. */
function mayTake(unit: "usd" | "tokens", { estimatedCost, estimatedTokens }: Decision) {
  return unit === "tokens" ? (
    `use ${formatCount(estimatedTokens)} tokens`
  ) : (
    <>cost {estimatedCost ? <Amount usd={estimatedCost} /> : "more"}</>
  );
}
