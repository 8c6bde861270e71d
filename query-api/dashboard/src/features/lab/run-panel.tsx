import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { messageOf } from "@/shared/api/client";
import { Button, Spinner } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Card, Failure, Note, Skeleton } from "@/shared/ui/layout";
import type { Account } from "@/shared/session/account";
import { answerOf, isOver, runQuery, useCancel, whyNot, type Execution } from "./api-run";
import { CostParts } from "./cost-parts";
import { TokenUsageDisplay } from "./token-usage-display";

/** What stands over a run that has no answer, if it did not just fail. */
const TITLES: Partial<Record<Execution["status"], string>> = { cancelled: "Cancelled", paused: "It stands still", paused_budget: "Held by a budget" };

/** The run that was started here: while it goes, what came of it, or why nothing did. */
export function RunPanel({
  executionId,
  model,
  estimatedCost,
  account,
  showCost,
}: {
  executionId: string;
  model: string;
  estimatedCost: string | null;
  account: Account;
  showCost: boolean;
}) {
  const { data, error, refetch } = useQuery(runQuery(executionId));
  const queryClient = useQueryClient();
  const over = data !== undefined && isOver(data);
  // What the budgets have left is another amount now.
  useEffect(() => {
    if (over) {
      void queryClient.invalidateQueries({ queryKey: ["check", account.key] });
    }
  }, [over, account.key, queryClient]);
  if (error && !data) {
    return (
      <Card>
        <Failure error={error} retry={() => void refetch()} />
      </Card>
    );
  }
  if (!data || !over) {
    return <Waiting executionId={executionId} model={model} />;
  }
  const answer = answerOf(data);
  if (answer) {
    return (
      <>
        <TokenUsageDisplay
          inputTokens={answer.inputTokens}
          outputTokens={answer.outputTokens}
          totalCost={answer.cost ?? "0"}
          estimatedCost={estimatedCost}
          executionTimeMs={data.executionTimeMs ?? 0}
          model={answer.model}
          showCost={showCost && answer.cost !== null}
          parts={showCost && <CostParts account={account} executionId={executionId} startedAt={data.startedAt ?? null} toldCost={answer.cost} />}
        >
          {showCost && answer.cost === null && <p className="mt-2 text-xs text-warning">This model is not on the price list: its cost follows when a price arrives.</p>}
          <p className="mt-2 text-xs">
            <Link to="/dashboard/workflows/$id/executions" params={{ id: data.workflowId }} className="text-accent underline underline-offset-2">
              Earlier runs
            </Link>
          </p>
        </TokenUsageDisplay>
        <Card title="Answer" actions={<CopyButton text={answer.text} />}>
          {answer.simulated && (
            <div className="mb-3">
              <Note>The model was simulated: the answer is made up, its tokens are counted as the model&apos;s.</Note>
            </div>
          )}
          <div data-testid="answer" className="max-h-96 overflow-y-auto break-words whitespace-pre-wrap" tabIndex={0} role="region" aria-label="Answer">
            {answer.text}
          </div>
        </Card>
      </>
    );
  }
  const wantsKey = data.nodeExecutions.some((node) => node.errorMessage && node.errorKind === "auth");
  return (
    <Card title={TITLES[data.status] ?? "It did not work"}>
      <div className="grid gap-3" data-testid="run-failed">
        <Note tone={data.status === "cancelled" ? "neutral" : "critical"}>
          {data.status === "cancelled" ? "Nothing more is asked." : (whyNot(data) ?? "Its execution, among the earlier runs, says more.")}
        </Note>
        {wantsKey && (
          <Link to="/dashboard/connectors" className="text-accent underline underline-offset-2">
            Add the provider&apos;s key
          </Link>
        )}
      </div>
    </Card>
  );
}

function Waiting({ executionId, model }: { executionId: string; model: string }) {
  const cancel = useCancel(executionId);
  return (
    <Card>
      <div className="flex items-center justify-between gap-3" role="status">
        <span className="flex items-center gap-2 font-medium">
          <Spinner /> Asking {model} …
        </span>
        <Button size="s" busy={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel
        </Button>
      </div>
      <Skeleton className="mt-3 h-20" />
      {cancel.error && <p className="mt-2 text-xs text-critical">{messageOf(cancel.error)}</p>}
    </Card>
  );
}
