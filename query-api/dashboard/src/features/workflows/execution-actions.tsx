import { Ban, RotateCcw, StepForward } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { nanoUsd } from "@/shared/format/money";
import { Button } from "@/shared/ui/button";
import { toast } from "@/shared/ui/toast";
import { isOver, useExecutionAction, type ExecutionAction, type ExecutionDetail, type Raise } from "./api";
import { costLimitOf, nextLimit } from "./paused";
import { RaiseDialog } from "./raise-dialog";

/**
 * @param newest the workflow's version, if it may be another than the one that ran
 * @param isChanged whether the workflow is drawn otherwise than it is stored, on the same page
 * @param onBegun shows another run that was begun here; without it, that one's page is
 */
export function ExecutionActions({
  execution,
  newest,
  isChanged = false,
  onBegun,
}: {
  execution: ExecutionDetail;
  newest?: number | undefined;
  isChanged?: boolean;
  onBegun?: ((executionId: string) => void) | undefined;
}) {
  const action = useExecutionAction(execution.id);
  const navigate = useNavigate();
  const over = isOver(execution.status);
  const mayRun = execution.yourLevel !== "viewer";
  const mayResume = execution.status === "failed" || execution.status === "timeout" || execution.status.startsWith("paused");
  const isOutdated = newest !== undefined && newest !== execution.workflowVersion;
  // Whoever has mended the workflow meanwhile expects it to go on mended.
  const isResumedOutdated = mayResume && isOutdated;
  const mayResumeNewest = isResumedOutdated && over;
  // It can be once more, and is paid for once more: not what is offered first any more.
  const hasGoneOn = (execution.reruns ?? []).some((rerun) => rerun.resumed);
  const outdatedId = useId();
  const actions = useRef<HTMLDivElement>(null);
  const isCancelled = useRef(false);
  // The button that cancelled it is gone once it is over, and with it one's place. A second press of the key is not to run it again.
  useEffect(() => {
    if (over && isCancelled.current && document.activeElement === document.body) {
      actions.current?.focus({ preventScroll: true });
    }
    isCancelled.current = false;
  }, [over]);
  // With the limit that holds it, it would stand still again at once.
  const limit = costLimitOf(execution);
  const mayRaise = execution.yourLevel !== "runner";
  const spent = nanoUsd(execution.totalCost ?? "0");
  const [isRaising, setRaising] = useState(false);
  const act = (what: ExecutionAction | Raise, done: string) => {
    isCancelled.current = what === "cancel";
    action.mutate(what, {
      onSuccess: (accepted) => {
        setRaising(false);
        toast(done);
        if (accepted.executionId === execution.id) {
          return;
        }
        if (onBegun) {
          onBegun(accepted.executionId);
        } else {
          void navigate({
            to: "/dashboard/workflows/$id/executions/$executionId",
            params: { id: execution.workflowId, executionId: accepted.executionId },
          });
        }
      },
      onError: (failure) => {
        // Said in the dialog, beside what was put in.
        if (typeof what === "string") {
          toast(messageOf(failure), "critical");
        }
      },
    });
  };
  if (!mayRun) {
    return null;
  }
  return (
    <div ref={actions} role="group" aria-label="What can be done with the run" tabIndex={-1} className="flex flex-wrap gap-2">
      {!over && (
        <Button size="s" kind="danger" busy={action.isPending} onClick={() => act("cancel", "The run is cancelled.")}>
          <Ban aria-hidden className="size-4" /> Cancel
        </Button>
      )}
      {limit !== null && mayRaise && (
        <Button size="s" kind="primary" busy={action.isPending} aria-describedby={isResumedOutdated ? outdatedId : undefined} onClick={() => setRaising(true)}>
          <StepForward aria-hidden className="size-4" /> Resume with a higher limit …
        </Button>
      )}
      {mayResume && limit === null && (
        <Button size="s" busy={action.isPending} aria-describedby={isResumedOutdated ? outdatedId : undefined} onClick={() => act("resume", "It goes on where it had stopped.")}>
          <StepForward aria-hidden className="size-4" /> Resume
        </Button>
      )}
      {mayResumeNewest && (
        <Button
          size="s"
          kind={hasGoneOn ? "plain" : "primary"}
          costs
          busy={action.isPending}
          aria-describedby={outdatedId}
          onClick={() => act("resume-newest", `It goes on by version ${newest}, as a new run.`)}
        >
          <StepForward aria-hidden className="size-4" /> Resume with version {newest}
        </Button>
      )}
      <Button size="s" costs disabled={!over} busy={action.isPending} onClick={() => act("rerun", "It runs again.")}>
        <RotateCcw aria-hidden className="size-4" /> Rerun
      </Button>
      {isOutdated && (
        <Button size="s" costs disabled={!over} busy={action.isPending} onClick={() => act("rerun-newest", `It runs again, by version ${newest}.`)}>
          Rerun by version {newest}
        </Button>
      )}
      {limit !== null && !mayRaise && <p className="w-full text-xs text-soft">It goes on with a higher limit, which someone sets who may edit the workflow.</p>}
      {limit !== null && isRaising && (
        <RaiseDialog
          limit={limit}
          spent={spent}
          proposed={nextLimit(limit, spent + nanoUsd(execution.wastedCost ?? "0"))}
          isBusy={action.isPending}
          error={typeof action.variables === "object" ? action.error : null}
          onRaise={(maxCostUsd) => act({ maxCostUsd }, "It goes on where it had stopped.")}
          onClose={() => setRaising(false)}
        />
      )}
      {isResumedOutdated && (
        <p id={outdatedId} className="w-full text-xs text-soft">
          Resume goes on by version {execution.workflowVersion}, which it began with; version {newest} is newer.{" "}
          {mayResumeNewest
            ? `Resume with version ${newest} begins a new run, which keeps what was done where neither the node nor anything before it was changed, and runs the rest.`
            : "To run by that one, from the beginning, cancel it and rerun it."}
        </p>
      )}
      {mayResume && over && isChanged && <p className="w-full text-xs text-soft">What is changed here is not saved: once it is, the run can be resumed with it.</p>}
    </div>
  );
}
