import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

export type Channel = Schemas["Channel"];
export type NewChannel = Schemas["NewChannel"];
export type ChannelChange = Schemas["ChannelChange"];
export type Trial = Schemas["ChannelTrial"];
export type Delivery = Schemas["Delivery"];
export type Preferences = Schemas["NotificationPreferences"];

export type DeliveryStatus = Delivery["status"];

/** A team's channels and one's own have the same routes under two roofs. */
export function teamOf(account: Account): string | null {
  return "teamId" in account.params ? account.params.teamId : null;
}

export function channelsQuery(account: Account) {
  const teamId = teamOf(account);
  return queryOptions({
    queryKey: ["channels", account.key],
    queryFn: async ({ signal }) =>
      teamId === null
        ? (await answer(api.GET("/api/users/me/notification-channels", { signal }))).channels
        : (await answer(api.GET("/api/teams/{teamId}/notification-channels", { params: { path: { teamId } }, signal }))).channels,
    enabled: account.mayManage,
  });
}

function useChange<In, Out>(account: Account, mutationFn: (input: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      // A test is a delivery too, and what a change lets through or refuses is told with it.
      void queryClient.invalidateQueries({ queryKey: ["deliveries", account.key] });
      return queryClient.invalidateQueries({ queryKey: ["channels", account.key] });
    },
  });
}

/** The answer is the only one that shows a webhook's secret. */
export function useAddChannel(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, (body: NewChannel) =>
    teamId === null
      ? answer(api.POST("/api/users/me/notification-channels", { body }))
      : answer(api.POST("/api/teams/{teamId}/notification-channels", { params: { path: { teamId } }, body })),
  );
}

export function useChangeChannel(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, ({ id, body }: { id: string; body: ChannelChange }) =>
    teamId === null
      ? answer(api.PATCH("/api/users/me/notification-channels/{id}", { params: { path: { id } }, body }))
      : answer(api.PATCH("/api/teams/{teamId}/notification-channels/{id}", { params: { path: { teamId, id } }, body })),
  );
}

export function useDeleteChannel(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, (id: string) =>
    teamId === null
      ? answer(api.DELETE("/api/users/me/notification-channels/{id}", { params: { path: { id } } }))
      : answer(api.DELETE("/api/teams/{teamId}/notification-channels/{id}", { params: { path: { teamId, id } } })),
  );
}

export function useTryChannel(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, (id: string) =>
    teamId === null
      ? answer(api.POST("/api/users/me/notification-channels/{id}/test", { params: { path: { id } } }))
      : answer(api.POST("/api/teams/{teamId}/notification-channels/{id}/test", { params: { path: { teamId, id } } })),
  );
}

export function useRotateSecret(account: Account) {
  const teamId = teamOf(account);
  return useChange(account, ({ id, oldValidHours }: { id: string; oldValidHours: number }) => {
    const body = { oldValidHours };
    return teamId === null
      ? answer(api.POST("/api/users/me/notification-channels/{id}/rotate-secret", { params: { path: { id } }, body }))
      : answer(api.POST("/api/teams/{teamId}/notification-channels/{id}/rotate-secret", { params: { path: { teamId, id } }, body }));
  });
}

const DELIVERIES_PAGE = 20;

/** What is on its way is looked for this often. */
const ON_ITS_WAY_MS = 3000;

export function deliveriesQuery(account: Account, id: string, status: DeliveryStatus | null) {
  const teamId = teamOf(account);
  const query = { limit: DELIVERIES_PAGE, ...(status ? { status } : {}) };
  return infiniteQueryOptions({
    queryKey: ["deliveries", account.key, id, status],
    queryFn: ({ signal, pageParam }) => {
      const asked = { ...query, ...(pageParam ? { cursor: pageParam } : {}) };
      return teamId === null
        ? answer(api.GET("/api/users/me/notification-channels/{id}/deliveries", { params: { path: { id }, query: asked }, signal }))
        : answer(api.GET("/api/teams/{teamId}/notification-channels/{id}/deliveries", { params: { path: { teamId, id }, query: asked }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.deliveries.some((one) => one.status === "pending")) ? ON_ITS_WAY_MS : false),
  });
}

export function useResend(account: Account, id: string) {
  const teamId = teamOf(account);
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (deliveryId: string) =>
      teamId === null
        ? answer(api.POST("/api/users/me/notification-channels/{id}/deliveries/{deliveryId}/resend", { params: { path: { id, deliveryId } } }))
        : answer(
            api.POST("/api/teams/{teamId}/notification-channels/{id}/deliveries/{deliveryId}/resend", {
              params: { path: { teamId, id, deliveryId } },
            }),
          ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["deliveries", account.key, id] }),
  });
}

export function preferencesQuery(account: Account) {
  const teamId = teamOf(account);
  return queryOptions({
    queryKey: ["notification-preferences", account.key],
    queryFn: ({ signal }) =>
      teamId === null
        ? answer(api.GET("/api/users/me/notification-preferences", { signal }))
        : answer(api.GET("/api/teams/{teamId}/notification-preferences", { params: { path: { teamId } }, signal })),
    enabled: account.mayManage,
    staleTime: 60_000,
  });
}

export function useSavePreferences(account: Account) {
  const teamId = teamOf(account);
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Preferences) =>
      teamId === null
        ? answer(api.PUT("/api/users/me/notification-preferences", { body }))
        : answer(api.PUT("/api/teams/{teamId}/notification-preferences", { params: { path: { teamId } }, body })),
    onSuccess: (saved) => queryClient.setQueryData(preferencesQuery(account).queryKey, saved),
  });
}
