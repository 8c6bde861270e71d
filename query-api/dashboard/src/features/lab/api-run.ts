import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import type { Draft } from "./api";

type Workflow = Schemas["Workflow"];
export type Execution = Schemas["ExecutionDetail"];

/** By which a person's own workflow for the lab is found again. */
const TAG = "prompt-lab";

export type Provider = "" | "simulated" | "openai_compatible";

const owner = (account: Account) => ("teamId" in account.params ? { teamId: account.params.teamId } : {});

/** One node that asks what the run is started with: budgets, keys, retries and metering are those of every workflow. */
export function definitionOf(draft: Draft, provider: Provider) {
  return {
    version: "1.0",
    nodes: [
      {
        id: "prompt",
        type: "prompt",
        label: "Prompt",
        position: { x: 0, y: 0 },
        config: {
          promptTemplate: "{{trigger.prompt}}",
          ...(draft.contextText.trim() ? { contextTemplate: "{{trigger.context}}" } : {}),
          model: draft.model,
          ...(provider ? { provider } : {}),
          ...(draft.maxOutputTokens === null ? {} : { maxTokens: draft.maxOutputTokens }),
        },
      },
    ],
    edges: [],
    settings: { timeout: 300, retryPolicy: { maxAttempts: 1 } },
  };
}

async function ownWorkflow(account: Account): Promise<Workflow | undefined> {
  const { workflows } = await answer(api.GET("/api/workflows", { params: { query: { ...owner(account), tags: TAG, status: "draft", limit: 200 } } }));
  return workflows.find((workflow) => workflow.createdBy === account.userId && workflow.account === account.account);
}

async function start(account: Account, draft: Draft, provider: Provider): Promise<string> {
  const definition = definitionOf(draft, provider) as unknown as Schemas["Definition"];
  const known = await ownWorkflow(account);
  const { workflow } = known
    ? await answer(api.PUT("/api/workflows/{id}", { params: { path: { id: known.id } }, body: { definition } }))
    : await answer(
        api.POST("/api/workflows", {
          body: { ...owner(account), name: "Prompt lab", description: "What the prompt lab runs. Its executions are the lab's history.", tags: [TAG], definition },
        }),
      );
  const triggerData = { prompt: draft.text, context: draft.contextText } as unknown as Record<string, never>;
  const accepted = await answer(api.POST("/api/workflows/{id}/trigger", { params: { path: { id: workflow.id } }, body: { triggerData } }));
  return accepted.executionId;
}

export function useStart(account: Account) {
  return useMutation({
    mutationFn: ({ draft, provider }: { draft: Draft; provider: Provider }) => start(account, draft, provider),
  });
}

const OVER: readonly Execution["status"][] = ["completed", "failed", "cancelled", "timeout", "paused", "paused_budget"];

export function isOver(execution: Pick<Execution, "status">): boolean {
  return OVER.includes(execution.status);
}

const POLL_MS = 400;

export function runQuery(executionId: string) {
  return queryOptions({
    queryKey: ["execution", executionId],
    queryFn: ({ signal }) => answer(api.GET("/api/workflows/executions/{executionId}", { params: { path: { executionId } }, signal })),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : POLL_MS),
  });
}

export function useCancel(executionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/api/workflows/executions/{executionId}/cancel", { params: { path: { executionId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["execution", executionId] }),
  });
}

const PROVIDERS: readonly string[] = ["openai", "anthropic", "google", "openai_compatible"];

/** Whether the account has a key of any provider. The key is the connectors page's: what is added there is known here. */
export function hasKeyQuery(account: Account) {
  return queryOptions({
    queryKey: ["credentials", account.key],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/credentials", { params: { query: owner(account) }, signal }))).credentials,
    select: (credentials) => credentials.some((credential) => PROVIDERS.includes(credential.kind ?? "")),
    staleTime: 60_000,
  });
}

/** What came of the one node. */
export interface Answer {
  text: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** Null without a price. */
  cost: string | null;
  simulated: boolean;
}

export function answerOf(execution: Execution): Answer | null {
  const output = execution.nodeExecutions[0]?.output as Partial<Answer> | undefined;
  return execution.status === "completed" && typeof output?.text === "string"
    ? {
        text: output.text,
        model: output.model ?? "",
        inputTokens: output.inputTokens ?? 0,
        outputTokens: output.outputTokens ?? 0,
        cost: output.cost ?? null,
        simulated: output.simulated ?? false,
      }
    : null;
}
