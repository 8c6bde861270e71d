import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, ProblemError, type Schemas } from "@/shared/api/client";
import { useIntents, type Intents } from "@/shared/api/intents";
import { isAskedAgain, pauseBefore } from "@/shared/api/retries";
import { runScratch } from "@/shared/api/scratch";
import type { NanoUsd } from "@/shared/format/money";
import type { Account } from "@/shared/session/account";
import type { Draft } from "./api";

export type Execution = Schemas["ExecutionDetail"];

export type Provider = "" | "simulated" | "openai_compatible";

const owner = (account: Account) => ("teamId" in account.params ? { teamId: account.params.teamId } : {});

/** One node that asks what the run is started with. */
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

function start(account: Account, intents: Intents, draft: Draft, provider: Provider): Promise<string> {
  return runScratch(account, intents, {
    tag: "prompt-lab",
    name: "Prompt lab",
    description: "What the prompt lab runs. Its executions are the lab's history.",
    definition: definitionOf(draft, provider),
    triggerData: { prompt: draft.text, context: draft.contextText },
  });
}

export function useStart(account: Account) {
  const intents = useIntents();
  return useMutation({
    /** @param estimatedCost what was said before that it would cost, to be held against what it did; null if nothing was */
    mutationFn: ({ draft, provider }: { draft: Draft; provider: Provider; estimatedCost: string | null }) => start(account, intents, draft, provider),
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

/** Why a run did not come to an answer, in a sentence; null where nothing says so. */
export function whyNot({ status, reason, errorMessage, nodeExecutions }: Pick<Execution, "status" | "errorMessage" | "nodeExecutions"> & { reason?: unknown }): string | null {
  const { message } = (status.startsWith("paused") ? (reason ?? {}) : {}) as { message?: string };
  return message ?? errorMessage ?? nodeExecutions.find((node) => node.errorMessage)?.errorMessage ?? null;
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

/** What a run was charged, by where its tokens went; all of it together is the total. */
export interface Charged {
  input: NanoUsd;
  output: NanoUsd;
  /** Read from a cache, and written to one. */
  cache: NanoUsd;
  total: NanoUsd;
}

/** @returns null while it has no price */
export function chargedOf(usage: readonly Pick<Schemas["UsageEntry"], "costs" | "unpriced">[]): Charged | null {
  if (usage.some((entry) => entry.unpriced)) {
    return null;
  }
  const charged = { input: 0n, output: 0n, cache: 0n, total: 0n };
  for (const [kind, cost] of usage.flatMap((entry) => Object.entries(entry.costs))) {
    charged[kind.startsWith("cache") ? "cache" : kind.startsWith("input") ? "input" : "output"] += BigInt(cost);
    charged.total += BigInt(cost);
  }
  return charged;
}

/** The ledger and its history follow a run by a moment; for longer than this nobody is kept waiting. */
const COUNTED_POLL_MS = 500;
const COUNTED_POLLS = 40;
const NOT_COUNTED = 202;

function isNotCounted(error: unknown): boolean {
  return error instanceof ProblemError && error.status === NOT_COUNTED;
}

/**
 * A run as it was charged: by the account's own prices, if it has any.
 *
 * @param startedAt so that only what came since is looked through
 */
export function chargedQuery(account: Account, executionId: string, startedAt: string | null) {
  const query = { ...account.visible, executionId, limit: 20, timezone: "UTC", ...(startedAt ? { startDate: startedAt.slice(0, 10) } : {}) };
  return queryOptions({
    queryKey: ["charged", account.key, executionId],
    queryFn: async ({ signal }) => {
      const { usage } = await answer(api.GET("/api/token-tracking/usage", { params: { query }, signal }));
      if (usage.length === 0) {
        throw new ProblemError(NOT_COUNTED, { code: "unavailable", detail: "It is not counted yet." });
      }
      return chargedOf(usage);
    },
    staleTime: Infinity,
    placeholderData: () => undefined,
    retry: (failures, error) => (isNotCounted(error) ? failures < COUNTED_POLLS : isAskedAgain(failures, error)),
    retryDelay: (failures, error) => (isNotCounted(error) ? COUNTED_POLL_MS : pauseBefore(failures, error)),
  });
}
