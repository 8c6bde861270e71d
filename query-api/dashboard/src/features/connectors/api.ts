import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

export type Connector = Schemas["Connector"];
export type DataSource = Schemas["DataSource"];
export type DataSourceDraft = Schemas["DataSourceDraft"];
export type Sync = Schemas["DataSourceSync"];
export type Credential = Schemas["Credential"];
export type CredentialDraft = Schemas["CredentialDraft"];

/** Of the account, in a query or a body; nothing for one's own. */
function owner(account: Account): { teamId?: string } {
  return "teamId" in account.params ? { teamId: account.params.teamId } : {};
}

export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/connectors", { signal }))).connectors,
  staleTime: 10 * 60_000,
});

const LIMIT = 200;

export function sourcesQuery(account: Account) {
  return queryOptions({
    queryKey: ["data-sources", account.key],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/data-sources", { params: { query: { ...owner(account), limit: LIMIT } }, signal }))).dataSources,
  });
}

export interface SavedSource {
  id: string | null;
  draft: DataSourceDraft;
  /** Of a type that keeps a file: what is in it from now on. */
  file: File | null;
}

export function useSaveSource(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, draft, file }: SavedSource): Promise<DataSource> => {
      const saved =
        id === null
          ? await answer(api.POST("/api/data-sources", { body: { ...draft, ...owner(account) } }))
          : await answer(api.PUT("/api/data-sources/{id}", { params: { path: { id } }, body: draft }));
      if (file) {
        await upload(saved.id!, file);
      }
      return saved;
    },
    // Also when only the file was refused: the source is there.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["data-sources", account.key] }),
  });
}

/** The body is the file as it is, which a description in JSON cannot say. */
function upload(id: string, file: File) {
  return answer(
    api.PUT("/api/data-sources/{id}/file", {
      params: { path: { id } },
      body: file as unknown as string,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

export function useDeleteSource(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(api.DELETE("/api/data-sources/{id}", { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["data-sources", account.key] }),
  });
}

export function useTestSource() {
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/data-sources/{id}/test", { params: { path: { id } } })),
  });
}

export function useSyncSource(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(api.POST("/api/data-sources/{id}/sync", { params: { path: { id } } })),
    onSuccess: (_, id) =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["data-source", id] }),
        queryClient.invalidateQueries({ queryKey: ["data-sources", account.key] }),
      ]),
  });
}

const RUNNING_MS = 500;

export function syncsQuery(id: string) {
  return queryOptions({
    queryKey: ["data-source", id, "syncs"],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/data-sources/{id}/syncs", { params: { path: { id }, query: { limit: 30 } }, signal }))).syncs,
    refetchInterval: (query) => (query.state.data?.some((sync) => sync.status === "running") ? RUNNING_MS : false),
  });
}

export function recordsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["data-source", id, "records"],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET("/api/data-sources/{id}/records", {
          params: { path: { id }, query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** The first records where they are, which no sync needs to have copied. */
export function previewQuery(id: string) {
  return queryOptions({
    queryKey: ["data-source", id, "preview"],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/data-sources/{id}/preview", { params: { path: { id }, query: { limit: 20 } }, signal }))).records as Record<string, unknown>[],
    retry: false,
    staleTime: 30_000,
  });
}

export function columnsQuery(id: string) {
  return queryOptions({
    queryKey: ["data-source", id, "columns"],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/data-sources/{id}/schema", { params: { path: { id } }, signal }))).columns ?? [],
    retry: false,
    staleTime: 60_000,
  });
}

export function credentialsQuery(account: Account) {
  return queryOptions({
    queryKey: ["credentials", account.key],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/credentials", { params: { query: owner(account) }, signal }))).credentials,
  });
}

export function useSaveCredential(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, draft }: { id: string | null; draft: CredentialDraft }) =>
      id === null
        ? answer(api.POST("/api/credentials", { body: { ...draft, ...owner(account) } }))
        : answer(api.PUT("/api/credentials/{id}", { params: { path: { id } }, body: draft })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["credentials", account.key] }),
  });
}

export function useDeleteCredential(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => answer(api.DELETE("/api/credentials/{id}", { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["credentials", account.key] }),
  });
}
