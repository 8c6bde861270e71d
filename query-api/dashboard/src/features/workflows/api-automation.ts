import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { workflowQuery, type Workflow } from "./api";
import { conflictOf } from "./conflict";

export type Version = Schemas["WorkflowVersion"];
export type Diff = Schemas["WorkflowDiff"];
export type Grant = Schemas["WorkflowPermissions"]["permissions"][number];
export type Level = Grant["permissionLevel"];
export type Schedule = Schemas["Schedule"];
export type Analytics = Schemas["WorkflowAnalytics"];

export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: ["workflow", id, "versions"],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/workflows/{id}/versions", { params: { path: { id } }, signal }))).versions,
  });
}

export function versionQuery(id: string, version: number) {
  return queryOptions({
    queryKey: ["workflow", id, "version", version],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/workflows/{id}/versions/{version}", { params: { path: { id, version } }, signal }))).definition,
    staleTime: Infinity,
    // Another version's graph is not this one's.
    placeholderData: () => undefined,
  });
}

export function diffQuery(id: string, version: number, from: number) {
  return queryOptions({
    queryKey: ["workflow", id, "diff", version, from],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/workflows/{id}/versions/{version}/diff", { params: { path: { id, version }, query: { from } }, signal })),
    staleTime: Infinity,
    placeholderData: () => undefined,
  });
}

export function useRestore(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ version, baseVersion }: { version: number; baseVersion: number | undefined }) =>
      (await answer(api.POST("/api/workflows/{id}/versions/{version}/restore", { params: { path: { id, version }, query: baseVersion ? { baseVersion } : {} } }))).workflow,
    onSuccess: (workflow) => {
      queryClient.setQueryData(workflowQuery(id).queryKey, (before) => ({ ...before, ...workflow }));
      void queryClient.invalidateQueries({ queryKey: ["workflow", id, "versions"] });
    },
  });
}

export function permissionsQuery(id: string) {
  return queryOptions({
    queryKey: ["workflow", id, "permissions"],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/workflows/{id}/permissions", { params: { path: { id } }, signal }))).permissions,
  });
}

export type Share = Pick<Grant, "userId" | "permissionLevel">;

/** Changes whom it is shared with. All of them are sent at once, and so one change waits for the other and begins with what that has left. */
export function useShare(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    scope: { id: `share ${id}` },
    mutationFn: async (change: (granted: readonly Share[]) => readonly Share[]) => {
      const permissions = change(queryClient.getQueryData(permissionsQuery(id).queryKey) ?? []).map(({ userId, permissionLevel }) => ({ userId, permissionLevel }));
      return (await answer(api.PUT("/api/workflows/{id}/permissions", { params: { path: { id } }, body: { permissions } }))).permissions;
    },
    onSuccess: (permissions) => queryClient.setQueryData(permissionsQuery(id).queryKey, permissions),
  });
}

export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: ["workflow", id, "schedule"],
    queryFn: ({ signal }) => answer(api.GET("/api/workflows/{id}/schedule", { params: { path: { id } }, signal })),
  });
}

/** When it would run by a schedule that is not saved. */
export function scheduleCheckQuery(id: string, body: Schedule | null) {
  return queryOptions({
    queryKey: ["workflow", id, "schedule", "check", body],
    queryFn: ({ signal }) => answer(api.PUT("/api/workflows/{id}/schedule", { params: { path: { id }, query: { check: true } }, body: body!, signal })),
    enabled: body !== null,
    retry: false,
    // What another would come to is no preview of this one.
    placeholderData: () => undefined,
  });
}

export function useSaveSchedule(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schedule) => answer(api.PUT("/api/workflows/{id}/schedule", { params: { path: { id } }, body })),
    onSuccess: (saved) => queryClient.setQueryData(scheduleQuery(id).queryKey, saved),
  });
}

/** The answer is the only one that shows the secret. */
export function useHookSecret(id: string) {
  return useMutation({
    mutationFn: () => answer(api.POST("/api/workflows/{id}/hook-secret", { params: { path: { id } } })),
  });
}

type Change = Omit<Schemas["WorkflowForm"], "definition" | "triggerConfig"> & { triggerConfig?: Record<string, unknown> | null };

async function put(id: string, body: Change): Promise<Workflow> {
  return (await answer(api.PUT("/api/workflows/{id}", { params: { path: { id } }, body: body as Schemas["WorkflowForm"] }))).workflow;
}

/**
 * What is not part of the definition: whether it is active, which events run it, and what is said of it.
 *
 * @param seen the workflow that a choice was made from: what another has set of it since is not overwritten
 */
export function useChangeWorkflow(id: string, seen?: Workflow) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (change: Change): Promise<Workflow> => {
      const base = change.baseUpdatedAt ?? seen?.updatedAt;
      try {
        return await put(id, { ...change, ...(base ? { baseUpdatedAt: base } : {}) });
      } catch (error) {
        if (!seen || !conflictOf(error)) {
          throw error;
        }
        const now = await queryClient.fetchQuery({ ...workflowQuery(id), staleTime: 0 });
        const isSeen = Object.entries(change).every(([field, wanted]) => {
          const is = JSON.stringify(now[field as keyof Workflow] ?? null);
          return is === JSON.stringify(seen[field as keyof Workflow] ?? null) || is === JSON.stringify(wanted ?? null);
        });
        // Something else of it is newer, such as its definition, of which nothing is sent.
        if (!isSeen || !now.updatedAt) {
          throw error;
        }
        return put(id, { ...change, baseUpdatedAt: now.updatedAt });
      }
    },
    onSuccess: (workflow) => {
      queryClient.setQueryData(workflowQuery(id).queryKey, (before) => ({ ...before, ...workflow }));
      void queryClient.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
}

export function analyticsQuery(id: string, zone: string) {
  return queryOptions({
    queryKey: ["workflow", id, "analytics", zone],
    queryFn: ({ signal }) => answer(api.GET("/api/workflows/{id}/analytics", { params: { path: { id }, query: { timezone: zone } }, signal })),
    staleTime: 10_000,
  });
}
