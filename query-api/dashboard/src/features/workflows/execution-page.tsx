import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { clsx } from "clsx";
import { SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { isMissing } from "@/shared/api/client";
import { nanoUsd } from "@/shared/format/money";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { formatDateTime, zoneName } from "@/shared/format/time";
import { useZone } from "@/shared/session/zone";
import { Amount } from "@/shared/ui/amount";
import { Button, buttonClass } from "@/shared/ui/button";
import { Card, Empty, Failure, Note, Page, Skeleton } from "@/shared/ui/layout";
import { Snippet } from "@/shared/ui/snippet";
import { usePageTitle } from "@/shared/ui/title";
import { Afterwards } from "./afterwards";
import { isOver, workflowQuery } from "./api";
import { versionQuery } from "./api-automation";
import { Canvas } from "./canvas";
import { read } from "./definition";
import { Elapsed } from "./elapsed";
import { ExecutionActions } from "./execution-actions";
import { ExecutionCost } from "./execution-cost";
import type { Faults } from "./faults";
import { NodeRuns } from "./node-runs";
import { pausedBecause } from "./paused";
import { labelOf } from "./runs";
import { ExecutionStatus } from "./status";
import { progressOf, useExecution } from "./use-execution";

const route = getRouteApi("/signed-in/dashboard/workflows/$id/executions/$executionId");

const NO_FAULTS: Faults = new Map();
const ignore = () => undefined;

/** Whether there was anything to start with. */
function isTold(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.keys(data).length > 0;
}

export function ExecutionPage() {
  const { id, executionId } = route.useParams();
  const zone = useZone();
  const { data, error, refetch, states, more } = useExecution(executionId);
  usePageTitle(data?.workflowName ? `Execution of ${data.workflowName}` : "Execution");
  // Whether there is a newer version is asked whenever the page is opened: it may have been saved elsewhere.
  const workflow = useQuery({ ...workflowQuery(id), refetchOnMount: "always" });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // The graph is that of the version that ran, which may not be the newest.
  const ran = data?.workflowVersion;
  const older = useQuery({ ...versionQuery(id, ran ?? 0), enabled: ran !== undefined && workflow.data !== undefined && workflow.data.version !== ran });
  const unloaded = [workflow, older].find((query) => query.error && !query.data);
  const shown = older.data ?? (workflow.data?.version === ran ? workflow.data?.definition : undefined);
  const definition = useMemo(() => read(shown), [shown]);
  if (error && !data) {
    return (
      <Page title="Execution">
        <Card>
          {isMissing(error) ? (
            <Empty
              icon={SearchX}
              title="There is no such execution"
              action={
                <Link to="/dashboard/workflows/$id/executions" params={{ id }} className={buttonClass()}>
                  Open the executions
                </Link>
              }
            >
              It may have been deleted, or is another team&apos;s.
            </Empty>
          ) : (
            <Failure error={error} retry={() => void refetch()} />
          )}
        </Card>
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title="Execution">
        <Skeleton className="h-96 rounded-xl" />
      </Page>
    );
  }
  const paused = pausedBecause(data);
  const facts: [string, React.ReactNode][] = [
    ["Started", data.startedAt ? `${formatDateTime(data.startedAt, zone, true)}, ${zoneName(zone)}` : isOver(data.status) ? "Never" : "Not yet"],
    ["Duration", data.executionTimeMs ? formatDuration(data.executionTimeMs) : data.status === "running" && data.startedAt ? <Elapsed key="elapsed" since={data.startedAt} /> : "–"],
    ["Nodes", progressOf(data, shown === undefined ? 0 : definition.nodes.length)],
    ["Tokens", formatCount(data.totalTokens ?? 0)],
    ["Cost", <ExecutionCost key="cost" execution={data} />],
    ["Version", String(data.workflowVersion)],
  ];
  if (nanoUsd(data.wastedCost ?? "0") > 0n) {
    facts.splice(5, 0, ["Perhaps paid in vain", <Amount key="wasted" usd={data.wastedCost!} places={4} />]);
  }
  if (data.rerunOf) {
    const from = (
      <Link key="from" to="/dashboard/workflows/$id/executions/$executionId" params={{ id, executionId: data.rerunOf }} className="text-accent underline underline-offset-2">
        An earlier run
      </Link>
    );
    facts.push(["Begun from", from]);
  }
  return (
    <Page
      title={data.workflowName ?? "Execution"}
      description={<span className="font-mono text-xs">{data.id}</span>}
      actions={
        <>
          <ExecutionActions execution={data} newest={workflow.data?.version} />
          <Link to="/dashboard/workflows/$id" params={{ id }} className={buttonClass("plain", "s")}>
            Open the workflow
          </Link>
        </>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Card>
          <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
            <ExecutionStatus status={data.status} reason={data.reason} />
            <dl className="flex flex-wrap gap-x-8 gap-y-2 figures">
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt className="text-xs text-soft">{name}</dt>
                  <dd className="font-medium">{value}</dd>
                </div>
              ))}
            </dl>
          </div>
          {data.errorMessage && (
            <div className="mt-4">
              <Note tone="critical">
                {data.errorNodeId && <strong>{labelOf([...(data.nodes ?? []), ...data.nodeExecutions], data.errorNodeId)}: </strong>}
                {data.errorMessage}
              </Note>
            </div>
          )}
          <div className="mt-4 grid gap-4 empty:hidden">
            <Afterwards execution={data} />
          </div>
          {paused && (
            <div className="mt-4">
              <Note tone="warning">{paused}</Note>
            </div>
          )}
          {data.simulated && (
            <div className="mt-4">
              <Note tone="info">The model was simulated: its answers are made up, its tokens are counted as the model&apos;s.</Note>
            </div>
          )}
        </Card>
        {/* As wide as the page: a graph goes from left to right, and is read. */}
        <Card title="Graph" flush>
          {unloaded ? (
            <Failure error={unloaded.error} retry={() => void unloaded.refetch()} />
          ) : (
            <div className="h-[56dvh] min-h-64 overflow-hidden rounded-b-xl sm:h-80 sm:min-h-0">
              <ReactFlowProvider>
                <Canvas
                  key={shown ? ran : "loading"}
                  definition={definition}
                  selected={selected}
                  faults={NO_FAULTS}
                  states={states}
                  readOnly
                  onSelect={setSelected}
                  onChange={ignore}
                  onDrag={ignore}
                  onRefused={ignore}
                />
              </ReactFlowProvider>
            </div>
          )}
        </Card>
        <div className={clsx("grid grid-cols-[minmax(0,1fr)] items-start gap-4", isTold(data.triggerData) && "xl:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]")}>
          <Card
            title="Nodes"
            hint="Choose a node in the graph to see only its runs."
            actions={
              selected.size > 0 && (
                <Button size="s" onClick={() => setSelected(new Set())}>
                  Show all
                </Button>
              )
            }
          >
            <NodeRuns execution={data} only={selected} ran={shown === undefined ? undefined : definition} more={more} />
          </Card>
          {isTold(data.triggerData) && (
            <Card title="Started with">
              <Snippet isText label="trigger" code={JSON.stringify(data.triggerData, null, 2)} />
            </Card>
          )}
        </div>
      </div>
    </Page>
  );
}
