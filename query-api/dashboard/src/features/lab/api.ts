import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

export type Estimate = Schemas["Estimate"];
export type Suggestion = Estimate["suggestions"][number];
export type Decision = Schemas["Decision"];
export type Model = Schemas["Model"];

export function modelsQuery(account: Account) {
  const query = "teamId" in account.params ? { teamId: account.params.teamId } : {};
  return queryOptions({
    queryKey: ["models", account.key],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/models", { params: { query }, signal }))).models,
    staleTime: 10 * 60_000,
  });
}

export interface Draft {
  text: string;
  contextText: string;
  model: string;
  maxOutputTokens: number | null;
}

export function estimateQuery(account: Account, draft: Draft) {
  const body = {
    text: draft.text,
    ...(draft.contextText ? { contextText: draft.contextText } : {}),
    model: draft.model,
    ...(draft.maxOutputTokens === null ? {} : { maxOutputTokens: draft.maxOutputTokens }),
    ...("teamId" in account.params ? { teamId: account.params.teamId } : {}),
  };
  return queryOptions({
    queryKey: ["estimate", account.key, body],
    queryFn: ({ signal }) => answer(api.POST("/api/token-tracking/estimate", { body, signal })),
    enabled: draft.text.trim() !== "",
    placeholderData: keepPreviousData,
  });
}

/** Whether such a call would be paid for, and what each budget that it counts toward has left. */
export function checkQuery(account: Account, model: string, estimate: Estimate | undefined) {
  const body = {
    ...("teamId" in account.params ? { teamId: account.params.teamId } : {}),
    userId: account.userId,
    model,
    inputTokens: estimate?.inputTokens ?? 0,
    maxOutputTokens: estimate?.outputTokens ?? 0,
  };
  return queryOptions({
    queryKey: ["check", account.key, body],
    queryFn: ({ signal }) => answer(api.POST("/api/token-tracking/check", { body, signal })),
    enabled: estimate !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 5000,
  });
}
