import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Copy, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { formatAgo } from "@/shared/format/time";
import { IconButton } from "@/shared/ui/button";
import { Badge } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { toast } from "@/shared/ui/toast";
import { useTrigger, workflowQuery, type Workflow } from "./api";
import { read } from "./definition";
import { ExecutionCost } from "./execution-cost";
import { neededOf } from "./needed";
import { RunDialog } from "./run-dialog";
import { STATUS_TONES, StatusBadge } from "./status";
import { Tags } from "./tags";

interface Listed {
  workflows: readonly Workflow[];
  now: number;
  mayEdit: boolean;
  onTag: (tag: string) => void;
  onDelete: (workflow: Workflow) => void;
}

export function WorkflowTable({ workflows, now, mayEdit, onTag, onDelete }: Listed) {
  return (
    <ScrollX label="Workflows">
      <Table>
        <thead>
          <tr>
            <Th>Name</Th>
            <Th>Status</Th>
            <Th right className="max-lg:hidden">
              Version
            </Th>
            <Th>Last run</Th>
            <Th right className="max-md:hidden">
              Its cost
            </Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {workflows.map((workflow) => (
            <tr key={workflow.id} className="hover:bg-page" data-testid="workflow">
              <Td className="max-w-72">
                <Name workflow={workflow} onTag={onTag} />
              </Td>
              <Td>
                <Status workflow={workflow} />
              </Td>
              <Td right className="max-lg:hidden">
                {workflow.version}
              </Td>
              <Td>
                <LastRun workflow={workflow} now={now} />
              </Td>
              <Td right className="max-md:hidden">
                {workflow.lastExecution ? <ExecutionCost execution={workflow.lastExecution} isBelow /> : <span className="text-soft">–</span>}
              </Td>
              <Td right>{mayEdit && <Actions workflow={workflow} onDelete={onDelete} />}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollX>
  );
}

/** The same, one below the other, where there is no room for a table. */
export function WorkflowCards({ workflows, now, mayEdit, onTag, onDelete }: Listed) {
  return (
    <ul className="divide-y divide-line" aria-label="Workflows">
      {workflows.map((workflow) => (
        <li key={workflow.id} className="grid grid-cols-1 gap-2 p-4" data-testid="workflow">
          <div className="flex items-start justify-between gap-3">
            <div className="min-w-0 flex-1">
              <Name workflow={workflow} onTag={onTag} />
            </div>
            <Status workflow={workflow} />
          </div>
          <div className="flex items-center justify-between gap-3">
            <div className="min-w-0 text-[0.8125rem]">
              <LastRun workflow={workflow} now={now} />
              {workflow.lastExecution && (
                <span className="ml-2 figures">
                  <ExecutionCost execution={workflow.lastExecution} />
                </span>
              )}
            </div>
            {mayEdit && <Actions workflow={workflow} onDelete={onDelete} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Name({ workflow, onTag }: { workflow: Workflow; onTag: (tag: string) => void }) {
  return (
    <>
      <Link to="/dashboard/workflows/$id" params={{ id: workflow.id }} dir="auto" title={workflow.name} className="block truncate text-left font-medium hover:text-accent hover:underline">
        {workflow.name}
      </Link>
      {workflow.description && (
        <p dir="auto" className="truncate text-left text-xs text-soft" title={workflow.description}>
          {workflow.description}
        </p>
      )}
      <Tags tags={workflow.tags ?? []} onTag={onTag} />
    </>
  );
}

function Status({ workflow }: { workflow: Workflow }) {
  return <Badge tone={STATUS_TONES[workflow.status] ?? "neutral"}>{words(workflow.status)}</Badge>;
}

function LastRun({ workflow, now }: { workflow: Workflow; now: number }) {
  const { lastExecution, lastExecutedAt } = workflow;
  if (!lastExecutedAt) {
    return <span className="text-soft">Never run</span>;
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <Link to="/dashboard/workflows/$id/executions" params={{ id: workflow.id }} className="inline-flex min-h-6 items-center hover:text-accent hover:underline">
        {formatAgo(lastExecutedAt, now)}
      </Link>
      {lastExecution && <StatusBadge status={lastExecution.status} reason={lastExecution.reason} />}
    </span>
  );
}

function Actions({ workflow, onDelete }: { workflow: Workflow; onDelete: (workflow: Workflow) => void }) {
  const start = useTrigger();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const mayDelete = workflow.yourLevel === undefined || workflow.yourLevel === "admin";
  const [needed, setNeeded] = useState<readonly string[]>([]);
  const run = (triggerData?: Record<string, unknown>) => {
    setNeeded([]);
    start.mutate(
      { id: workflow.id, version: workflow.version, triggerData },
      {
        onSuccess: (executionId) => void navigate({ to: "/dashboard/workflows/$id/executions/$executionId", params: { id: workflow.id, executionId } }),
        onError: (failure) => toast(messageOf(failure), "critical"),
      },
    );
  };
  /** A list has no definitions. Where one cannot be read, whoever runs it is told what comes of that. */
  const look = useMutation({
    mutationFn: async () => neededOf(read((await queryClient.fetchQuery({ ...workflowQuery(workflow.id), staleTime: 0 })).definition)),
    onSuccess: (found) => (found.length > 0 ? setNeeded(found) : run()),
    onError: () => run(),
  });
  return (
    <span className="inline-flex">
      <IconButton label={`Run ${workflow.name}`} costs busy={look.isPending || start.isPending} disabled={workflow.status === "archived"} onClick={() => look.mutate()}>
        <Play aria-hidden />
      </IconButton>
      {needed.length > 0 && <RunDialog needed={needed} onClose={() => setNeeded([])} onRun={run} onRunWithout={() => run()} />}
      <IconButton label={`Duplicate ${workflow.name}`} onClick={() => void navigate({ to: "/dashboard/workflows/$id", params: { id: "new" }, search: { copy: workflow.id } })}>
        <Copy aria-hidden />
      </IconButton>
      {/* Reached by the tab key all the same, which is how its reason is heard. */}
      <IconButton
        label={mayDelete ? `Delete ${workflow.name}` : `Delete ${workflow.name}: for whoever made it, admins, and those who may share it`}
        aria-disabled={!mayDelete || undefined}
        onClick={() => {
          if (mayDelete) {
            onDelete(workflow);
          }
        }}
      >
        <Trash2 aria-hidden />
      </IconButton>
    </span>
  );
}
