import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { isRefused } from "@/shared/api/client";
import { useEvents } from "@/shared/api/stream";
import { nanoUsd } from "@/shared/format/money";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { useZone } from "@/shared/session/zone";
import { useNow } from "@/shared/ui/now";
import { executionQuery, isOver, RUNS_SHOWN, type ExecutionDetail, type NodeExecution, type NodeSummary } from "./api";
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
  const [wanted, setWanted] = useState({ executionId, most: RUNS_SHOWN });
  const most = wanted.executionId === executionId ? wanted.most : RUNS_SHOWN;
  const query = useQuery({
    ...executionQuery(executionId ?? "", most),
    enabled: executionId !== null,
    // What is there of it stays until more of it is.
    placeholderData: (before?: ExecutionDetail) => (before?.id === executionId ? before : undefined),
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
  const more: MoreRuns = { isLoading: query.isPlaceholderData, load: () => setWanted({ executionId, most: most + RUNS_SHOWN }) };
  return { ...query, data, states, more };
}

/** How further runs of an execution's nodes are loaded, where not all are. */
export interface MoreRuns {
  isLoading: boolean;
  load: () => void;
}

/** Whether nothing of it changes any more: neither what it has done, nor what it has cost. */
export function isSettled({ status, callsUnderWay = 0, completedAt }: Pick<ExecutionDetail, "status" | "callsUnderWay" | "completedAt">, now: number): boolean {
  return isOver(status) && (callsUnderWay === 0 || !completedAt || now - Date.parse(completedAt) > STRAGGLERS_MS);
}

const NONE: ReadonlyMap<string, NodeState> = new Map();

const RANK = ["skipped", "completed", "queued", "cancelled", "running", "retrying", "paused", "paused_budget", "failed"];

/** What the runs of each node, one or one for each item, come to. */
export function nodeStates(execution: { status: string; reason?: unknown; nodes?: readonly NodeSummary[] }, zone: string, now: number): ReadonlyMap<string, NodeState> {
  return new Map((execution.nodes ?? []).map((node) => [node.nodeId, nodeState(node, execution, zone, now)]));
}

function nodeState(node: NodeSummary, execution: { status: string; reason?: unknown }, zone: string, now: number): NodeState {
  const { nodeId, runs } = node;
  const status = node.states
    .map((state) => statusOf({ nodeId, status: state.status }, execution))
    .reduce((worst, one) => (RANK.indexOf(one) > RANK.indexOf(worst) ? one : worst), "skipped");
  // Of several that are as it is, what is told must be true of all: that one waits is not, where another is worked at.
  const alike = node.states.find((state) => state.status === status);
  const wait = alike ? waitOf(alike, zone, now) : null;
  const cost = nanoUsd(node.cost);
  const ms = node.longestMs ?? 0;
  const skipped = runsIn(node, "skipped");
  const ran = runs - skipped;
  const parts = [
    runs > 1 && ran > 0 ? `${formatCount(ran)} ${ran === 1 ? "run" : "runs"}` : null,
    runs > 1 && skipped > 0 ? `${formatCount(skipped)} skipped` : null,
    wait ?? (node.kept === runs ? KEPT : ms > 0 ? formatDuration(ms) : null),
  ].filter(Boolean);
  const words = wait ?? wordsOf({ status, reason: execution.reason });
  return { status, words, runs: parts.join(" · ") || words, cost: cost > 0n ? cost : null, unpriced: node.unpricedCalls };
}

function runsIn(node: NodeSummary, status: NodeExecution["status"]): number {
  return node.states.find((state) => state.status === status)?.runs ?? 0;
}

/**
 * How far it has come: what was skipped, failed or was cancelled is not done, and is told beside it.
 *
 * @param drawn how many nodes the definition has that it is a run of, of which those that were not reached yet are not known to it; 0 if
 *     that is not known
 */
export function progressOf(execution: Pick<ExecutionDetail, "completedNodes" | "skippedNodes" | "failedNodes" | "totalNodes" | "nodes">, drawn: number): string {
  const { completedNodes = 0, skippedNodes = 0, failedNodes = 0, totalNodes = 0, nodes = [] } = execution;
  // Those that were given up are not among the known ones any more.
  const cancelled = nodes.reduce((sum, node) => sum + runsIn(node, "cancelled"), 0);
  return [
    `${formatCount(completedNodes)} of ${formatCount(Math.max(totalNodes + cancelled, drawn))} nodes`,
    skippedNodes > 0 ? `${formatCount(skippedNodes)} skipped` : null,
    failedNodes > 0 ? `${formatCount(failedNodes)} failed` : null,
    cancelled > 0 ? `${formatCount(cancelled)} cancelled` : null,
  ]
    .filter(Boolean)
    .join(", ");
}
