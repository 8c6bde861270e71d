import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { answer, api, isRefused, type Schemas } from "@/shared/api/client";
import { useIntents } from "@/shared/api/intents";
import type { Account } from "@/shared/session/account";
import { toSave, type Definition } from "./definition";
import { joined, pagesOf } from "./execution-pages";
import type { Warning } from "./faults";
import type { WorkflowSearch } from "./search";

export type Workflow = Schemas["Workflow"];
/** What has become of a definition that was sent, with what the API warns of in it. */
export type Kept = Schemas["WorkflowAnswer"];
export type Execution = Schemas["Execution"];
export type ExecutionDetail = Schemas["ExecutionDetail"];
export type NodeExecution = Schemas["NodeExecution"];
/** What all runs of a node come to, also of those that are not loaded. */
export type NodeSummary = Schemas["NodeSummary"];

const PAGE = 200;

/** Of a team its own; without one, a person's own and what others share with them. */
export function workflowsQuery(account: Account, search: WorkflowSearch) {
  const query = {
    ...account.params,
    ...(search.status ? { status: search.status } : {}),
    ...(search.q ? { search: search.q } : {}),
    ...(search.tag ? { tags: search.tag } : {}),
    ...(search.category ? { category: search.category } : {}),
    limit: PAGE,
  };
  return infiniteQueryOptions({
    queryKey: ["workflows", account.key, query],
    queryFn: ({ signal, pageParam }) => answer(api.GET("/api/workflows", { params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 5000,
  });
}

export function workflowQuery(id: string) {
  return queryOptions({
    queryKey: ["workflow", id],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/workflows/{id}", { params: { path: { id } }, signal }))).workflow,
    staleTime: Infinity,
  });
}

/** What a version was warned of. The API tells it once, to whoever sends the definition: where nobody here has, there is none. */
export function warningsQuery(id: string, version: number) {
  return queryOptions({
    queryKey: ["workflow", id, "warnings", version],
    queryFn: (): readonly Warning[] => [],
    enabled: false,
    staleTime: Infinity,
    // Another version's are not this one's.
    placeholderData: () => undefined,
  });
}

/** Every page knows it as it was kept, with its warnings. */
export function keep(queryClient: QueryClient, { workflow, warnings = [] }: Kept): void {
  queryClient.setQueryData(workflowQuery(workflow.id).queryKey, workflow);
  queryClient.setQueryData(warningsQuery(workflow.id, workflow.version).queryKey, warnings);
  void queryClient.invalidateQueries({ queryKey: ["workflows"] });
}

export interface Saved {
  id: string | null;
  /** Absent to leave it as it is. */
  name?: string | undefined;
  definition: Definition;
  /** What it was made from: another version than that, or with baseUpdatedAt anything else that is newer, is not overwritten. */
  baseVersion?: number | undefined;
  baseUpdatedAt?: string | undefined;
}

export function useSaveWorkflow(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, name, definition, baseVersion, baseUpdatedAt }: Saved): Promise<Kept> => {
      const body = { ...(name === undefined ? {} : { name }), definition: toSave(definition) as unknown as Schemas["Definition"] };
      if (id === null) {
        return answer(api.POST("/api/workflows", { body: { ...body, ...("teamId" in account.params ? { teamId: account.params.teamId } : {}) } }));
      }
      const base = { ...(baseVersion ? { baseVersion } : {}), ...(baseUpdatedAt ? { baseUpdatedAt } : {}) };
      return answer(api.PUT("/api/workflows/{id}", { params: { path: { id } }, body: { ...body, ...base } }));
    },
    onSuccess: (kept) => {
      keep(queryClient, kept);
      void queryClient.invalidateQueries({ queryKey: ["workflow", kept.workflow.id, "versions"] });
    },
  });
}

export function useDeleteWorkflow() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(api.DELETE("/api/workflows/{id}", { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["workflows"] }),
  });
}

export interface Wanted {
  id: string;
  /** Of another version it is another run. */
  version: number | undefined;
  triggerData?: unknown;
}

/** Begins a run, and tells its id. */
export function useTrigger() {
  const queryClient = useQueryClient();
  const intents = useIntents();
  return useMutation({
    mutationFn: (wanted: Wanted) =>
      intents.once(wanted, async (key) => {
        const params = { path: { id: wanted.id }, header: { "Idempotency-Key": key } };
        const body = wanted.triggerData === undefined ? {} : { triggerData: wanted.triggerData as Record<string, never> };
        return (await answer(api.POST("/api/workflows/{id}/trigger", { params, body }))).executionId;
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["workflows"] }),
  });
}

/** How many runs of an execution's nodes are shown at first, and how many more at a press. */
export const RUNS_SHOWN = 1000;

/** @param most how many runs of its nodes are loaded, and besides those that failed, up to a thousand: what went wrong is not to be missed */
export function executionQuery(executionId: string, most = RUNS_SHOWN) {
  return queryOptions({
    queryKey: ["execution", executionId, most],
    queryFn: async ({ signal }) => {
      const page = (query: { cursor?: string; status?: "failed" }) =>
        answer(api.GET("/api/workflows/executions/{executionId}", { params: { path: { executionId }, query }, signal }));
      const read = await pagesOf<ExecutionDetail>((cursor) => page(cursor === undefined ? {} : { cursor }), most);
      const failed = read.nodeExecutions.filter((run) => run.status === "failed").length;
      return read.nextCursor && (read.failedNodes ?? 0) > failed ? joined(read, (await page({ status: "failed" })).nodeExecutions) : read;
    },
    staleTime: 1000,
  });
}

/** What a node was given. It follows from what came before, which changes no more. */
export function inputQuery(executionId: string, nodeExecutionId: string) {
  return queryOptions({
    queryKey: ["input", executionId, nodeExecutionId],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/workflows/executions/{executionId}/nodes/{nodeExecutionId}/input", { params: { path: { executionId, nodeExecutionId } }, signal }),
      ),
    staleTime: Infinity,
    // Another node's is no preview of this one's.
    placeholderData: () => undefined,
  });
}

/** What a node put out, where it is too large to come along. */
export function payloadQuery(executionId: string, payloadId: string) {
  return queryOptions({
    queryKey: ["payload", executionId, payloadId],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/workflows/executions/{executionId}/payloads/{payloadId}", { params: { path: { executionId, payloadId } }, signal })),
    staleTime: Infinity,
    placeholderData: () => undefined,
  });
}

const RUNNING_MS = 1000;

const IDLE_MS = 5000;

export function executionsQuery(id: string, status: Execution["status"] | null) {
  return infiniteQueryOptions({
    queryKey: ["workflow", id, "executions", status],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET("/api/workflows/{id}/executions", {
          params: { path: { id }, query: { limit: 30, ...(status ? { status } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 2000,
    // Whoever sees something run waits for its end; what begins by itself is news a little later.
    refetchInterval: ({ state }) =>
      isRefused(state.error) ? false : state.data?.pages.some((page) => page.executions.some((one) => one.status === "running" || one.status === "queued")) ? RUNNING_MS : IDLE_MS,
  });
}

export type ExecutionAction = "cancel" | "resume" | "resume-newest" | "rerun" | "rerun-newest";

/** Taken up again with another limit, as exact text, of what the whole execution may cost. */
export interface Raise {
  maxCostUsd: string;
}

export function useExecutionAction(executionId: string) {
  const queryClient = useQueryClient();
  const intents = useIntents();
  return useMutation({
    mutationFn: (action: ExecutionAction | Raise) =>
      intents.once([executionId, action], async (key) => {
        const path = { executionId };
        const params = { path, header: { "Idempotency-Key": key } };
        if (typeof action === "object") {
          return answer(api.POST("/api/workflows/executions/{executionId}/resume", { params, body: action }));
        }
        switch (action) {
          case "cancel":
            return answer(api.POST("/api/workflows/executions/{executionId}/cancel", { params: { path } }));
          case "resume":
            return answer(api.POST("/api/workflows/executions/{executionId}/resume", { params }));
          case "resume-newest":
            return answer(api.POST("/api/workflows/executions/{executionId}/resume", { params: { ...params, query: { version: "current" } } }));
          case "rerun":
            return answer(api.POST("/api/workflows/executions/{executionId}/rerun", { params }));
          case "rerun-newest":
            return answer(api.POST("/api/workflows/executions/{executionId}/rerun", { params: { ...params, query: { version: "current" } } }));
        }
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["execution", executionId] }),
  });
}

export function isOver(status: string): boolean {
  return ["completed", "failed", "cancelled", "timeout"].includes(status);
}
