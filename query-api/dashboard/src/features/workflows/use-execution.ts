import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { isRefused } from "@/shared/api/client";
import { useEvents } from "@/shared/api/stream";
import { nanoUsd } from "@/shared/format/money";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { useZone } from "@/shared/session/zone";
import { useNow } from "@/shared/ui/now";
import { executionQuery, isOver, type ExecutionDetail, type NodeExecution } from "./api";
import type { NodeState } from "./canvas";
import { KEPT, statusOf, waitOf } from "./runs";
import { wordsOf } from "./status";

const REFRESH_MS = 250;
const POLL_MS = 2000;

/** Of a run that is over, calls may still be answered, and are paid for; but of those whose process was lost nobody hears any more. */
const STRAGGLERS_MS = 600_000;

/**
 * An execution as it goes: asked again at each change that the stream tells of, and every two seconds should it break. What it was is not
 * shown any more to whom it is not there for by now, and not asked for again.
 */
export function useExecution(executionId: string | null) {
  const queryClient = useQueryClient();
  const query = useQuery({
    ...executionQuery(executionId ?? ""),
    enabled: executionId !== null,
    placeholderData: () => undefined,
    refetchInterval: ({ state }) => (state.data && (isRefused(state.error) || isSettled(state.data, Date.now())) ? false : POLL_MS),
  });
  const isLost = isRefused(query.error);
  const goesOn = executionId !== null && !isLost && !(query.data !== undefined && isOver(query.data.status));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [executionId]);
  useEvents(goesOn ? `/api/workflows/executions/${encodeURIComponent(executionId)}/stream` : null, "execution node", () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queryClient.invalidateQueries({ queryKey: ["execution", executionId] });
    }, REFRESH_MS);
  });
  const data = isLost ? undefined : query.data;
  const zone = useZone();
  const now = useNow();
  const states = useMemo(() => (data ? nodeStates(data, zone, now) : NONE), [data, zone, now]);
  return { ...query, data, states };
}

/** Whether nothing of it changes any more: neither what it has done, nor what it has cost. */
export function isSettled({ status, callsUnderWay = 0, completedAt }: Pick<ExecutionDetail, "status" | "callsUnderWay" | "completedAt">, now: number): boolean {
  return isOver(status) && (callsUnderWay === 0 || !completedAt || now - Date.parse(completedAt) > STRAGGLERS_MS);
}

const NONE: ReadonlyMap<string, NodeState> = new Map();

const RANK = ["skipped", "completed", "queued", "cancelled", "running", "retrying", "paused", "paused_budget", "failed"];

/** What the runs of each node, one or one for each item, come to. */
export function nodeStates(execution: { status: string; reason?: unknown; nodeExecutions: readonly NodeExecution[] }, zone: string, now: number): ReadonlyMap<string, NodeState> {
  const byNode = new Map<string, NodeExecution[]>();
  for (const run of execution.nodeExecutions) {
    byNode.set(run.nodeId, [...(byNode.get(run.nodeId) ?? []), run]);
  }
  return new Map(
    [...byNode].map(([id, ofNode]) => {
      const status = ofNode.map((run) => statusOf(run, execution)).reduce((worst, one) => (RANK.indexOf(one) > RANK.indexOf(worst) ? one : worst), "skipped");
      // Of several that are as it is, what is told must be true of all: that one waits is not, where another is worked at.
      const alike = ofNode.filter((run) => run.status === status);
      const next = alike.every((run) => run.waitsUntil) ? alike.toSorted((a, b) => Date.parse(a.waitsUntil!) - Date.parse(b.waitsUntil!))[0] : undefined;
      const wait = next ? waitOf(next, zone, now) : null;
      const cost = ofNode.reduce((sum, run) => sum + nanoUsd(run.cost ?? "0"), 0n);
      const ms = ofNode.reduce((most, run) => Math.max(most, run.executionTimeMs ?? 0), 0);
      const skipped = ofNode.filter((run) => run.status === "skipped").length;
      const ran = ofNode.length - skipped;
      const parts = [
        ofNode.length > 1 && ran > 0 ? `${formatCount(ran)} ${ran === 1 ? "run" : "runs"}` : null,
        ofNode.length > 1 && skipped > 0 ? `${formatCount(skipped)} skipped` : null,
        wait ?? (ofNode.every((run) => run.kept) ? KEPT : ms > 0 ? formatDuration(ms) : null),
      ].filter(Boolean);
      const words = wait ?? wordsOf({ status, reason: execution.reason });
      return [id, { status, words, runs: parts.join(" · ") || words, cost: cost > 0n ? cost : null }];
    }),
  );
}

/**
 * How far it has come: what was skipped, failed or was cancelled is not done, and is told beside it.
 *
 * @param drawn how many nodes the definition has that it is a run of, of which those that were not reached yet are not known to it; 0 if
 *     that is not known
 */
export function progressOf(execution: Pick<ExecutionDetail, "completedNodes" | "skippedNodes" | "failedNodes" | "totalNodes" | "nodeExecutions">, drawn: number): string {
  const { completedNodes = 0, skippedNodes = 0, failedNodes = 0, totalNodes = 0, nodeExecutions } = execution;
  // Those that were given up are not among the known ones any more.
  const cancelled = nodeExecutions.filter((run) => run.status === "cancelled").length;
  return [
    `${formatCount(completedNodes)} of ${formatCount(Math.max(totalNodes + cancelled, drawn))} nodes`,
    skippedNodes > 0 ? `${formatCount(skippedNodes)} skipped` : null,
    failedNodes > 0 ? `${formatCount(failedNodes)} failed` : null,
    cancelled > 0 ? `${formatCount(cancelled)} cancelled` : null,
  ]
    .filter(Boolean)
    .join(", ");
}
