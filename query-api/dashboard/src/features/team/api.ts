import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { fileName, type ExportedFile, type Format } from "@/shared/api/files";
import type { Account } from "@/shared/session/account";
import { sessionQuery } from "@/shared/session/session";
import { namesOfPeople } from "./audit";

export type Team = Schemas["Team"];
export type Role = Schemas["Role"];
export type Invitation = Schemas["Invitation"];
export type AuditEntry = Schemas["AuditEntry"];

const PAGE = 200;

export function teamQuery(id: string) {
  return queryOptions({
    queryKey: ["team", id, "team"],
    queryFn: ({ signal }) => answer(api.GET("/api/teams/{id}", { params: { path: { id } }, signal })),
  });
}

export function membersQuery(id: string) {
  return queryOptions({
    queryKey: ["team", id, "members"],
    queryFn: async ({ signal }) => {
      const members = [];
      let cursor: string | null | undefined;
      do {
        const page = await answer(
          api.GET("/api/teams/{id}/members", { params: { path: { id }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } }, signal }),
        );
        members.push(...page.members);
        cursor = page.nextCursor;
      } while (cursor);
      return members;
    },
  });
}

export type Member = Awaited<ReturnType<NonNullable<ReturnType<typeof membersQuery>["queryFn"]>>>[number];

export function invitationsQuery(id: string) {
  return queryOptions({
    queryKey: ["team", id, "invitations"],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/teams/{id}/invitations", { params: { path: { id }, query: { status: "pending", limit: PAGE } }, signal })))
        .invitations,
  });
}

export function auditQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["team", id, "audit"],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET("/api/teams/{id}/audit-log", {
          params: { path: { id }, query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** What people were called who have left, by the newest changes of members: who has spent something of late has left of late. */
export function leaversQuery(id: string, isWanted: boolean) {
  return queryOptions({
    queryKey: ["team", id, "leavers"],
    queryFn: async ({ signal }) =>
      namesOfPeople((await answer(api.GET("/api/teams/{id}/audit-log", { params: { path: { id }, query: { resourceType: "member", limit: PAGE } }, signal }))).entries),
    enabled: isWanted,
  });
}

function useTeamChange<T, R>(id: string, change: (input: T) => Promise<R>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["team", id] });
      await queryClient.invalidateQueries({ queryKey: ["member-names", id] });
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}

export function useChangeTeam(id: string) {
  return useTeamChange(id, (body: { name?: string; description?: string; timezone?: string; tags?: string[] }) =>
    answer(api.PATCH("/api/teams/{id}", { params: { path: { id } }, body })),
  );
}

export function useInvite(id: string) {
  return useTeamChange(id, (body: { email: string; role: "admin" | "editor" | "viewer" }) =>
    answer(api.POST("/api/teams/{id}/invitations", { params: { path: { id } }, body })),
  );
}

export function useCancelInvitation(id: string) {
  return useTeamChange(id, (invitationId: string) =>
    answer(api.DELETE("/api/teams/{id}/invitations/{invitationId}", { params: { path: { id, invitationId } } })),
  );
}

export function useResendInvitation(id: string) {
  return useTeamChange(id, (invitationId: string) =>
    answer(api.POST("/api/teams/{id}/invitations/{invitationId}/resend", { params: { path: { id, invitationId } } })),
  );
}

export function useChangeRole(id: string) {
  return useTeamChange(id, ({ userId, role }: { userId: string; role: "admin" | "editor" | "viewer" }) =>
    answer(api.PATCH("/api/teams/{id}/members/{userId}", { params: { path: { id, userId } }, body: { role } })),
  );
}

export function useRemoveMember(id: string) {
  return useTeamChange(id, (userId: string) => answer(api.DELETE("/api/teams/{id}/members/{userId}", { params: { path: { id, userId } } })));
}

export function useCreateTeam() {
  return useTeamChange("new", (body: { name: string; timezone: string }) => answer(api.POST("/api/teams", { body })));
}

/** @param byMember else by day: a tier that does not tell of members has the team's totals all the same */
export function teamUsageQuery(id: string, zone: string, byMember: boolean) {
  const groupBy = byMember ? "user" : "day";
  return queryOptions({
    queryKey: ["usage", id, "members", zone, groupBy],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/token-tracking/stats", {
          params: { query: { teamId: id, period: "month", groupBy, timezone: zone } },
          signal,
        }),
      ),
  });
}

/** This month so far of one of the team: a user, or a key that acts for nobody. */
export function memberUsageQuery(id: string, zone: string, userId: string, groupBy: "model" | "prompt") {
  return queryOptions({
    queryKey: ["usage", id, "member", userId, zone, groupBy],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/token-tracking/stats", {
          params: { query: { teamId: id, userId, period: "month", groupBy, timezone: zone } },
          signal,
        }),
      ),
  });
}

export function teamSavingsQuery(id: string, zone: string) {
  return queryOptions({
    queryKey: ["usage", id, "team-savings", zone],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/suggestions", { params: { query: { teamId: id, period: "month", timezone: zone } }, signal })),
  });
}

/** The key is that of the page that changes them: what is set there is known here. */
export function teamReportsQuery(teamId: string) {
  return queryOptions({
    queryKey: ["reports", teamId],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/teams/{teamId}/reports", { params: { path: { teamId } }, signal }))).reports,
  });
}

export function memberBudgetsQuery(id: string) {
  return queryOptions({
    queryKey: ["budgets", id, "all"],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/budgets", { params: { query: { teamId: id } }, signal })),
  });
}

export function invitationQuery(token: string) {
  return queryOptions({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => answer(api.GET("/api/invitations/{token}", { params: { path: { token } }, signal })),
    retry: false,
  });
}

export function useAnswerInvitation(token: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (accept: boolean) =>
      accept
        ? answer(api.POST("/api/invitations/{token}/accept", { params: { path: { token } } }))
        : answer(api.POST("/api/invitations/{token}/reject", { params: { path: { token } } })).then(() => null),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}

/**
 * The runs that the page is of, as a file.
 *
 * @param from the first of its days; null for as far back as is shown
 * @param member whose they are; null for everyone's
 */
export function teamFile(
  account: Pick<Account, "key" | "name">,
  zone: string,
  { from, to, member }: { from: string | null; to: string; member: { userId: string; name: string } | null },
  format: Format,
): ExportedFile {
  const params = new URLSearchParams({
    format,
    ...(from === null ? {} : { startDate: from }),
    endDate: to,
    timezone: zone,
    ...(member === null ? {} : { userId: member.userId }),
  });
  return {
    url: `/api/teams/${encodeURIComponent(account.key)}/usage/export?${params}`,
    name: fileName(["usage", account.name, member?.name ?? "", from === null ? `until-${to}` : from === to ? to : `${from}-to-${to}`], format),
  };
}
