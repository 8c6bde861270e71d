import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useMemo } from "react";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { IconButton } from "@/shared/ui/button";
import { Failure, Note, Skeleton } from "@/shared/ui/layout";
import { Afterwards } from "./afterwards";
import type { Workflow } from "./api";
import { read } from "./definition";
import { Elapsed } from "./elapsed";
import { ExecutionActions } from "./execution-actions";
import { ExecutionCost } from "./execution-cost";
import { NodeRuns } from "./node-runs";
import { pausedBecause } from "./paused";
import { labelOf } from "./runs";
import { ExecutionStatus } from "./status";
import { progressOf, type useExecution } from "./use-execution";

/** The run that was started here, beside the canvas that shows its colours. */
export function ExecutionPanel({
  executionId,
  workflowId,
  drawn,
  execution,
  stored,
  isChanged,
  onBegun,
  onClose,
}: {
  executionId: string;
  workflowId: string | null;
  /** How many nodes there were when it was started. */
  drawn: number;
  execution: ReturnType<typeof useExecution>;
  /** The workflow as it is stored now. */
  stored: Workflow | undefined;
  /** Whether something else is drawn than is stored. */
  isChanged: boolean;
  /** Another run was begun of this one. */
  onBegun: (executionId: string) => void;
  onClose: () => void;
}) {
  const { data, error, refetch, more } = execution;
  const newest = stored?.version;
  // Of another version it is not known here what ran.
  const definition = stored?.version === data?.workflowVersion ? stored?.definition : undefined;
  const ran = useMemo(() => (definition === undefined ? undefined : read(definition)), [definition]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 wrap-anywhere">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 tabIndex={-1} className="font-semibold">Run</h2>
          {workflowId ? (
            <Link
              to="/dashboard/workflows/$id/executions/$executionId"
              params={{ id: workflowId, executionId }}
              className="block truncate font-mono text-xs text-accent underline underline-offset-2"
            >
              {executionId}
            </Link>
          ) : (
            <p className="truncate font-mono text-xs text-soft">{executionId}</p>
          )}
        </div>
        <IconButton label="Close the run" onClick={onClose} className="-mt-1 -mr-1">
          <X aria-hidden />
        </IconButton>
      </div>
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Skeleton className="h-40" />
      ) : (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <ExecutionStatus status={data.status} reason={data.reason} />
            <span className="text-xs text-soft figures">
              {progressOf(data, drawn)}
              {data.executionTimeMs ? (
                ` · ${formatDuration(data.executionTimeMs)}`
              ) : data.status === "running" && data.startedAt ? (
                <>
                  {" · "}
                  <Elapsed since={data.startedAt} />
                </>
              ) : null}
            </span>
          </div>
          <p className="figures">
            {formatCount(data.totalTokens ?? 0)} tokens · <ExecutionCost execution={data} />
          </p>
          {data.simulated && <Note tone="info">The model was simulated: its answers are made up, its tokens are counted as the model&apos;s.</Note>}
          {pausedBecause(data) && <Note tone="warning">{pausedBecause(data)}</Note>}
          {data.errorMessage && (
            <Note tone="critical">
              {data.errorNodeId && <strong>{labelOf([...(data.nodes ?? []), ...data.nodeExecutions], data.errorNodeId)}: </strong>}
              {data.errorMessage}
            </Note>
          )}
          <Afterwards execution={data} />
          <ExecutionActions execution={data} newest={newest} isChanged={isChanged} onBegun={onBegun} />
          <NodeRuns execution={data} ran={ran} more={more} />
        </>
      )}
    </div>
  );
}
