import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

export type ApiKey = Schemas["ApiKey"];
export type Scope = ApiKey["scopes"][number];

export interface NewKey {
  name: string;
  scopes: Scope[];
  expiresAt?: string;
}

export function keysQuery(account: Account) {
  return queryOptions({
    queryKey: ["keys", account.key],
    queryFn: async ({ signal }) =>
      "teamId" in account.params
        ? (await answer(api.GET("/api/teams/{id}/api-keys", { params: { path: { id: account.params.teamId } }, signal }))).apiKeys
        : (await answer(api.GET("/api/api-keys", { signal }))).apiKeys,
    enabled: account.mayManage,
  });
}

/** The answer is the only one that shows the key. */
export function useMakeKey(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) =>
      "teamId" in account.params
        ? answer(api.POST("/api/teams/{id}/api-keys", { params: { path: { id: account.params.teamId } }, body: { maySpeakForOthers: false, ...body } }))
        : answer(api.POST("/api/api-keys", { body: { maySpeakForOthers: false, ...body } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["keys", account.key] }),
  });
}

export function useRevokeKey(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) =>
      "teamId" in account.params
        ? answer(api.DELETE("/api/teams/{id}/api-keys/{keyId}", { params: { path: { id: account.params.teamId, keyId } } }))
        : answer(api.DELETE("/api/api-keys/{keyId}", { params: { path: { keyId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["keys", account.key] }),
  });
}
