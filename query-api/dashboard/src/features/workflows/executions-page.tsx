import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useMemo } from "react";
import { isMissing } from "@/shared/api/client";
import { formatCount, formatDuration, words } from "@/shared/format/numbers";
import { formatDateTime, zoneName } from "@/shared/format/time";
import { useAccount } from "@/shared/session/account";
import { useZone } from "@/shared/session/zone";
import { Button, buttonClass } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Page } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { usePageTitle } from "@/shared/ui/title";
import { AnalyticsCards } from "./analytics";
import { executionsQuery, workflowQuery } from "./api";
import { read } from "./definition";
import { ExecutionCost } from "./execution-cost";
import { NoWorkflow } from "./missing";
import { Paged } from "./paged";
import { EXECUTION_STATUSES, patched, type ExecutionSearch, type Patch } from "./search";
import { StatusBadge } from "./status";

const route = getRouteApi("/signed-in/dashboard/workflows/$id/executions");

export function ExecutionsPage() {
  const { id } = route.useParams();
  const account = useAccount();
  const zone = useZone();
  const workflow = useQuery(workflowQuery(id));
  usePageTitle(workflow.data?.name ? `Executions of ${workflow.data.name}` : "Executions");
  const { status, days } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (patch: Patch<ExecutionSearch>) => void navigate({ search: (before) => patched<ExecutionSearch>(before, patch), resetScroll: false });
  const query = useInfiniteQuery(executionsQuery(id, status ?? null));
  const data = query.data?.pages.flatMap((page) => page.executions) ?? [];
  const labels = useMemo(() => new Map(read(workflow.data?.definition).nodes.map((node) => [node.id, node.label])), [workflow.data]);
  if (isMissing(query.error) && !query.data) {
    return <NoWorkflow />;
  }
  return (
    <Page
      title="Executions"
      description={workflow.data?.name}
      actions={
        <Link to="/dashboard/workflows/$id" params={{ id }} className={buttonClass()}>
          Open the workflow
        </Link>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <AnalyticsCards id={id} shownDays={account.features.workflowHistoryDays ?? null} zone={zone} labels={labels} hasRun={workflow.data?.lastExecutedAt !== null} asTable={days === "table"} onAsTable={(asTable) => change({ days: asTable ? "table" : undefined })} />
        <Card
          flush
          title="Newest first"
          hint={`Times in ${zoneName(zone)}.`}
          actions={
            <SelectField label="Status" hideLabel className="w-40" value={status ?? ""} onChange={(event) => change({ status: (event.target.value || undefined) as ExecutionSearch["status"] })}>
              <option value="">Every status</option>
              {EXECUTION_STATUSES.map((one) => (
                <option key={one} value={one}>
                  {words(one)}
                </option>
              ))}
            </SelectField>
          }
        >
          <Paged
            query={query}
            isEmpty={data.length === 0}
            empty={
              <Empty
                icon={History}
                title={status ? "No run is like that" : "It has not run yet"}
                action={status && <Button onClick={() => change({ status: undefined })}>Show all</Button>}
              >
                {!status && "Open the workflow and press Run."}
              </Empty>
            }
          >
            <ScrollX label="Executions">
              <Table>
                <thead>
                  <tr>
                    <Th>Started</Th>
                    <Th>Status</Th>
                    <Th className="max-sm:hidden">By</Th>
                    <Th right className="max-sm:hidden">
                      Duration
                    </Th>
                    <Th right className="max-md:hidden">
                      Tokens
                    </Th>
                    <Th right>Cost</Th>
                  </tr>
                </thead>
                <tbody>
                  {data.map((execution) => (
                    <tr key={execution.id} className="hover:bg-page">
                      <Td>
                        <Link
                          to="/dashboard/workflows/$id/executions/$executionId"
                          params={{ id, executionId: execution.id }}
                          className="hover:text-accent hover:underline"
                        >
                          {formatDateTime(execution.startedAt ?? execution.createdAt ?? "", zone, true)}
                        </Link>
                      </Td>
                      <Td>
                        <StatusBadge status={execution.status} reason={execution.reason} />
                      </Td>
                      <Td className="max-sm:hidden">{execution.triggeredBy === "api" ? "API" : words(execution.triggeredBy ?? "")}</Td>
                      <Td right className="max-sm:hidden">
                        {execution.executionTimeMs ? formatDuration(execution.executionTimeMs) : "–"}
                      </Td>
                      <Td right className="max-md:hidden">
                        {formatCount(execution.totalTokens ?? 0)}
                      </Td>
                      <Td right>
                        <ExecutionCost execution={execution} isBelow />
                      </Td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            </ScrollX>
          </Paged>
        </Card>
      </div>
    </Page>
  );
}
