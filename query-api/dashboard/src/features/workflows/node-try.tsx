import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { useIntents } from "@/shared/api/intents";
import { runScratch } from "@/shared/api/scratch";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { useAccount } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { TextArea } from "@/shared/ui/field";
import { Badge, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { Snippet } from "@/shared/ui/snippet";
import { executionQuery, isOver } from "./api";
import { toSave, type WorkflowNode } from "./definition";
import { readExact } from "./exact";
import { pausedBecause } from "./paused";
import { isUnpriced } from "./runs";
import { StatusBadge } from "./status";

/** What a node alone makes of an input, before the others are there or run. */
export function NodeTry({ node, sample }: { node: WorkflowNode; sample: unknown }) {
  const account = useAccount();
  const [text, setText] = useState(() => JSON.stringify(sample ?? { name: "Ada" }, null, 2));
  const input = parse(text);
  const intents = useIntents();
  const run = useMutation({
    mutationFn: (given: unknown) =>
      runScratch(account, intents, {
        tag: "node-test",
        name: "Tests of single nodes",
        description: "What the builder runs when a node is tried by itself.",
        definition: toSave({ version: "1.0", nodes: [node], edges: [], settings: { timeout: 300, retryPolicy: { maxAttempts: 1 } } }),
        triggerData: { input: given },
      }),
  });
  // A loop's body is made of other nodes.
  if (node.type === "loop") {
    return null;
  }
  const isReal = node.type === "output" || node.type === "webhook";
  return (
    <details className="rounded-lg border border-line">
      <summary className="px-3 py-2 text-[0.8125rem] font-medium">Try it</summary>
      <div className="grid gap-3 border-t border-line p-3">
        {node.type !== "data_source" && (
          <TextArea
            label="Sample input"
            rows={4}
            spellCheck={false}
            className="min-h-0 font-mono text-xs"
            value={text}
            error={"why" in input ? input.why : undefined}
            help={isReal ? "It is really sent or written." : undefined}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <Button className="justify-self-start" size="s" costs busy={run.isPending} disabled={"why" in input} onClick={() => "value" in input && run.mutate(input.value)}>
          {!run.isPending && <FlaskConical aria-hidden className="size-4" />} Run this node
        </Button>
        {run.error && <Note tone="critical">{messageOf(run.error)}</Note>}
        {run.data && <Result key={run.data} executionId={run.data} nodeId={node.id} />}
      </div>
    </details>
  );
}

const POLL_MS = 400;

function Result({ executionId, nodeId }: { executionId: string; nodeId: string }) {
  const { data, error, refetch } = useQuery({
    ...executionQuery(executionId),
    refetchInterval: (query) => (query.state.data && isSettled(query.state.data.status) ? false : POLL_MS),
  });
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-20" />;
  }
  const node = data.nodeExecutions.find((one) => one.nodeId === nodeId);
  const failure = node?.errorMessage ?? data.errorMessage;
  const held = pausedBecause(data);
  const facts = [node?.executionTimeMs ? formatDuration(node.executionTimeMs) : null, node?.tokens ? `${formatCount(node.tokens)} tokens` : null].filter(Boolean);
  return (
    <div className="grid gap-2" data-testid="node-result">
      <p className="flex flex-wrap items-center gap-2 text-xs text-soft figures">
        <StatusBadge status={node?.status ?? data.status} />
        <span>
          {facts.join(" · ")}
          {node && isUnpriced(node) ? (
            <>
              {" · "}
              <Badge tone="warning">No price yet</Badge>
            </>
          ) : node?.tokens && node.cost ? (
            <>
              {" · "}
              <Amount usd={node.cost} places={4} />
            </>
          ) : null}
        </span>
      </p>
      {failure && <Note tone="critical">{failure}</Note>}
      {held && <Note tone="warning">{held}</Note>}
      {node?.output !== undefined && node.output !== null && <Snippet isText label="Output" code={JSON.stringify(node.output, null, 2)} />}
    </div>
  );
}

function isSettled(status: string): boolean {
  return isOver(status) || status.startsWith("paused");
}

/** What is put in, or why it is nothing that can be. */
function parse(text: string): { value: unknown } | { why: string } {
  try {
    return { value: readExact(text) };
  } catch (error) {
    return { why: error instanceof RangeError ? error.message : "This is not JSON." };
  }
}
