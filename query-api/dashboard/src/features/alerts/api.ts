import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { dismissAbout } from "@/shared/ui/toast";
import type { AlertSearch } from "./search";

export type Alert = Schemas["Alert"];

/** How often it is asked what others have seen to, or the same person elsewhere: of that no stream tells. */
const SEEN_TO_MS = 30_000;

/** The newest, and how many nobody has seen to. */
export function latestQuery(account: Account) {
  return queryOptions({
    queryKey: ["alerts", account.key, "latest"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/token-tracking/alerts", { params: { query: { ...account.visible, limit: 8 } }, signal })),
    refetchInterval: SEEN_TO_MS,
  });
}

export function alertsQuery(account: Account, search: AlertSearch) {
  const filter = {
    ...account.visible,
    ...(search.severity ? { severity: search.severity } : {}),
    ...(search.seen ? { acknowledged: search.seen === "yes" } : {}),
    ...(search.budget ? { budgetId: search.budget } : {}),
    limit: 30,
  };
  return infiniteQueryOptions({
    queryKey: ["alerts", account.key, "list", filter],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET("/api/token-tracking/alerts", {
          params: { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function streamUrl(account: Account): string {
  return `/api/token-tracking/alerts/stream?${new URLSearchParams(account.visible as Record<string, string>)}`;
}

/** What messages over the page are about that tell alerts. */
export const ABOUT_ALERTS = "alert:";

export function aboutAlert(id: string): string {
  return `${ABOUT_ALERTS}${id}`;
}

/** One after the other, for the API takes one at a time; what is shown is asked for anew once, also after the one that failed. */
export function useAcknowledge(account: Account) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        await answer(api.POST("/api/token-tracking/alerts/{id}/acknowledge", { params: { path: { id } } }));
        dismissAbout(aboutAlert(id));
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["alerts", account.key] }),
  });
}
