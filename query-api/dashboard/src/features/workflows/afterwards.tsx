import { Link } from "@tanstack/react-router";
import type { Schemas } from "@/shared/api/client";
import { formatCount, words } from "@/shared/format/numbers";
import { formatDateTime } from "@/shared/format/time";
import { useZone } from "@/shared/session/zone";
import { Note } from "@/shared/ui/layout";
import { isOver, type ExecutionDetail } from "./api";
import { turnOf } from "./paused";

/** What still comes of an execution: its turn; and once it is over, calls that are not answered yet, and the runs that were begun from it. */
export function Afterwards({ execution }: { execution: ExecutionDetail }) {
  const { status, callsUnderWay = 0, reruns = [], workflowId } = execution;
  const turn = turnOf(execution);
  return (
    <>
      {turn && <Note>{turn}</Note>}
      {isOver(status) && callsUnderWay > 0 && (
        <Note tone="warning">
          {callsUnderWay === 1 ? "One call was" : `${formatCount(callsUnderWay)} calls were`} still under way when it ended. What is answered yet is paid for, and is counted here
          as it comes.
        </Note>
      )}
      {reruns.length > 0 && (
        <Note>
          <ul aria-label="Begun from this run">
            {reruns.map((rerun) => (
              <Rerun key={rerun.id} workflowId={workflowId} rerun={rerun} />
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

function Rerun({ workflowId, rerun }: { workflowId: string; rerun: Schemas["Rerun"] }) {
  const zone = useZone();
  return (
    <li>
      {rerun.resumed ? "It went on as " : "It was run again as "}
      <Link
        to="/dashboard/workflows/$id/executions/$executionId"
        params={{ id: workflowId, executionId: rerun.id }}
        className="inline-flex min-h-6 items-center font-medium underline underline-offset-2"
      >
        another run
      </Link>{" "}
      by version {rerun.workflowVersion}, {formatDateTime(rerun.createdAt, zone)}: {words(rerun.status).toLowerCase()}
    </li>
  );
}
