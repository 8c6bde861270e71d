import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { History } from "lucide-react";
import { formatCount, formatDuration, words } from "@/shared/format/numbers";
import { formatDateTime } from "@/shared/format/time";
import { useAccount } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { buttonClass } from "@/shared/ui/button";
import { Card, Empty, Failure, Page, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { usePageTitle } from "@/shared/ui/title";
import { executionsQuery, workflowQuery } from "./api";
import { StatusBadge } from "./status";

const route = getRouteApi("/signed-in/dashboard/workflows/$id/executions");

export function ExecutionsPage() {
  usePageTitle("Executions");
  const { id } = route.useParams();
  const account = useAccount();
  const workflow = useQuery(workflowQuery(id));
  const { data, error, refetch } = useQuery({ ...executionsQuery(id), refetchInterval: 5000 });
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
      <Card flush>
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !data ? (
          <div className="grid gap-2 p-5">
            <Skeleton className="h-8" />
            <Skeleton className="h-8" />
          </div>
        ) : data.length === 0 ? (
          <Empty icon={History} title="It has not run yet">
            Open the workflow and press Run.
          </Empty>
        ) : (
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
                        {formatDateTime(execution.startedAt ?? execution.createdAt ?? "", account.zone, true)}
                      </Link>
                    </Td>
                    <Td>
                      <StatusBadge status={execution.status} />
                    </Td>
                    <Td className="max-sm:hidden">{words(execution.triggeredBy ?? "")}</Td>
                    <Td right className="max-sm:hidden">
                      {execution.executionTimeMs ? formatDuration(execution.executionTimeMs) : "–"}
                    </Td>
                    <Td right className="max-md:hidden">
                      {formatCount(execution.totalTokens ?? 0)}
                    </Td>
                    <Td right>
                      <Amount usd={execution.totalCost ?? "0"} digits={4} />
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </ScrollX>
        )}
      </Card>
    </Page>
  );
}
