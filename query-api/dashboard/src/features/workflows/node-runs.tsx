import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { nanoUsd } from "@/shared/format/money";
import { formatBytes, formatCount, formatDuration, words } from "@/shared/format/numbers";
import { useZone } from "@/shared/session/zone";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Badge, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { LongText } from "@/shared/ui/long-text";
import { useNow } from "@/shared/ui/now";
import { inputQuery, payloadQuery, type ExecutionDetail, type NodeExecution } from "./api";
import type { Definition } from "./definition";
import { Elapsed } from "./elapsed";
import { attemptOf, inOrder, isUnpriced, itemOfRun, KEPT, statusOf, waitOf } from "./runs";
import { StatusBadge } from "./status";
import type { MoreRuns } from "./use-execution";

/**
 * Each run of each node: how long, how much, what went in and what came out. Where not all of them are loaded, those that failed come
 * first, and further ones at a press.
 *
 * @param ran the definition that it is a run of, where that is known
 */
export function NodeRuns({ execution, only, ran, more }: { execution: ExecutionDetail; only?: ReadonlySet<string>; ran?: Definition | undefined; more: MoreRuns }) {
  const isAsked = (one: { nodeId: string }) => only === undefined || only.size === 0 || only.has(one.nodeId);
  const loaded = inOrder(execution.nodeExecutions.filter(isAsked));
  const all = (execution.nodes ?? []).filter(isAsked).reduce((sum, node) => sum + node.runs, 0);
  const isMore = Boolean(execution.nextCursor) && all > loaded.length;
  const hasFailed = ({ status }: NodeExecution) => isMore && status === "failed";
  const failed = loaded.filter(hasFailed);
  const shown = [...failed, ...loaded.filter((run) => !hasFailed(run))];
  if (shown.length === 0 && !isMore) {
    return <p className="text-soft">No run yet.</p>;
  }
  const counted = `${formatCount(shown.length)} of ${formatCount(all)} node runs`;
  return (
    <>
      {isMore && <p className="mb-2 text-soft">{failed.length > 0 ? `${counted}, those that failed first.` : `The first ${counted}.`}</p>}
      {shown.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line" aria-label="Nodes">
          {shown.map((run) => (
            <NodeRun key={run.id} execution={execution} run={run} ran={ran} />
          ))}
        </ul>
      )}
      {isMore && (
        <div className="mt-3 flex justify-center">
          <Button busy={more.isLoading} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function NodeRun({ execution, run, ran }: { execution: ExecutionDetail; run: NodeExecution; ran: Definition | undefined }) {
  const [open, setOpen] = useState(false);
  const zone = useZone();
  const now = useNow();
  const facts = [
    run.kept ? KEPT : run.executionTimeMs ? formatDuration(run.executionTimeMs) : null,
    run.tokens ? `${formatCount(run.tokens)} tokens` : null,
    run.model ?? null,
    attemptOf(run, ran),
  ].filter(Boolean);
  return (
    <li className="p-2.5">
      <div className="relative">
        <button type="button" aria-expanded={open} className="flex w-full flex-wrap items-center gap-x-2 gap-y-1 text-left after:absolute after:inset-0" onClick={() => setOpen(!open)}>
          <span dir="auto" className="min-w-0 flex-1 truncate text-left font-medium">
            {run.label ?? run.nodeId}
            {run.scope && (
              <span className="relative z-10 text-xs font-normal text-soft" title={run.scope}>
                {" "}
                item {itemOfRun(run.scope)}
              </span>
            )}
          </span>
          <StatusBadge status={statusOf(run, execution)} reason={execution.reason} wait={waitOf(run, zone, now)} />
        </button>
        <p className="mt-1 text-xs text-soft figures">
          {run.status === "running" && run.startedAt && !run.waitsUntil && (
            <>
              <Elapsed since={run.startedAt} />
              {facts.length > 0 && " · "}
            </>
          )}
          {facts.join(" · ")}
          {run.cost && run.tokens && !(isUnpriced(run) && nanoUsd(run.cost) === 0n) ? (
            <>
              {" · "}
              <Amount usd={run.cost} places={4} />
            </>
          ) : null}
          {isUnpriced(run) && (
            <>
              {" · "}
              <Badge tone="warning">No price yet</Badge>
            </>
          )}
        </p>
      </div>
      {run.errorMessage && (
        <div className="mt-2">
          <Note tone="critical">
            {run.errorKind && <strong className="font-semibold">{words(run.errorKind)}: </strong>}
            {run.errorMessage}
          </Note>
        </div>
      )}
      {open && (
        <>
          <Input executionId={execution.id} run={run} />
          <Output executionId={execution.id} run={run} />
        </>
      )}
    </li>
  );
}

/** Looked up when someone wants to see it; nothing of a node that was skipped. */
function Input({ executionId, run }: { executionId: string; run: NodeExecution }) {
  const { data, isPending, error, refetch } = useQuery(inputQuery(executionId, run.id));
  if (isPending) {
    return <Skeleton className="mt-2 h-20" />;
  }
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (data?.tooLargeBytes) {
    return <p className="mt-2 text-xs text-soft">What it was given is large ({formatBytes(data.tooLargeBytes)}): see the outputs of the nodes before it.</p>;
  }
  if (!data || data.input === null || data.input === undefined) {
    return null;
  }
  const of = run.label ?? run.nodeId;
  const items = Object.entries(data.items ?? {});
  return (
    <>
      <Value name="Input" of={of} text={JSON.stringify(data.input, null, 2)} />
      {items.length > 0 && <Value name="Items" of={of} text={JSON.stringify(data.items, null, 2)} />}
    </>
  );
}

/** Small outputs came along; a large one is fetched when someone wants to see it. */
function Output({ executionId, run }: { executionId: string; run: NodeExecution }) {
  const payloadId = run.outputPayloadId ?? null;
  const [wanted, setWanted] = useState(false);
  const payload = useQuery({ ...payloadQuery(executionId, payloadId ?? ""), enabled: wanted && payloadId !== null });
  if (payloadId !== null && !wanted) {
    return (
      <Button size="s" className="mt-2" onClick={() => setWanted(true)}>
        Fetch the output
      </Button>
    );
  }
  if (payload.error && payload.data === undefined) {
    return <Failure error={payload.error} retry={() => void payload.refetch()} />;
  }
  if (payloadId !== null && payload.data === undefined) {
    return <Skeleton className="mt-2 h-20" />;
  }
  const text = JSON.stringify(payloadId === null ? (run.output ?? null) : payload.data, null, 2);
  return <Value name="Output" of={run.label ?? run.nodeId} text={text} />;
}

function Value({ name, of, text }: { name: string; of: string; text: string }) {
  return (
    <div className="mt-2 overflow-hidden rounded-lg border border-line bg-page">
      <div className="flex items-center justify-between border-b border-line px-2.5 py-1">
        <span className="text-xs text-soft">{name}</span>
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0} aria-label={`${name} of ${of}`} className="max-h-72 overflow-auto p-2.5 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
        <LongText text={text} />
      </pre>
    </div>
  );
}
