import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { teamOf } from "./api";

export type Report = Schemas["ScheduledReport"];
export type ReportForm = Schemas["ReportForm"];

export function reportsQuery(account: Account) {
  const teamId = teamOf(account);
  return queryOptions({
    queryKey: ["reports", account.key],
    queryFn: async ({ signal }) =>
      teamId === null
        ? (await answer(api.GET("/api/users/me/reports", { signal }))).reports
        : (await answer(api.GET("/api/teams/{teamId}/reports", { params: { path: { teamId } }, signal }))).reports,
    enabled: account.mayManage,
  });
}

/** What became of the last ones. */
export function sentQuery(account: Account, id: string) {
  const teamId = teamOf(account);
  return queryOptions({
    queryKey: ["reports", account.key, id],
    queryFn: async ({ signal }) =>
      teamId === null
        ? (await answer(api.GET("/api/users/me/reports/{id}", { params: { path: { id } }, signal }))).deliveries
        : (await answer(api.GET("/api/teams/{teamId}/reports/{id}", { params: { path: { teamId, id } }, signal }))).deliveries,
  });
}

function useChange<In, Out>(account: Account, mutationFn: (input: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => queryClient.invalidateQueries({ queryKey: ["reports", account.key] }) });
}

export function useSaveReport(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, ({ id, body }: { id: string | null; body: ReportForm }) =>
    teamId === null
      ? id === null
        ? answer(api.POST("/api/users/me/reports", { body }))
        : answer(api.PUT("/api/users/me/reports/{id}", { params: { path: { id } }, body }))
      : id === null
        ? answer(api.POST("/api/teams/{teamId}/reports", { params: { path: { teamId } }, body }))
        : answer(api.PUT("/api/teams/{teamId}/reports/{id}", { params: { path: { teamId, id } }, body })),
  );
}

export function useDeleteReport(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, (id: string) =>
    teamId === null
      ? answer(api.DELETE("/api/users/me/reports/{id}", { params: { path: { id } } }))
      : answer(api.DELETE("/api/teams/{teamId}/reports/{id}", { params: { path: { teamId, id } } })),
  );
}

/** The last period's, as it is mailed. */
export function previewUrl(account: Account, id: string, format: "html" | "pdf"): string {
  const teamId = teamOf(account);
  return `/api/${teamId === null ? "users/me" : `teams/${encodeURIComponent(teamId)}`}/reports/${id}/preview?format=${format}`;
}
