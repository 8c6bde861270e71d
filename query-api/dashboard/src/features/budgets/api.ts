import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

export type Budget = Schemas["Budget"];
export type BudgetStatus = Schemas["BudgetStatus"];
export type BudgetForm = Schemas["BudgetForm"];
export type SingleBudget = Schemas["SingleBudget"];
export type SingleBudgetForm = Schemas["SingleBudgetForm"];
export type Threshold = NonNullable<BudgetForm["thresholds"]>[number];

export function budgetsQuery(account: Account) {
  return queryOptions({
    queryKey: ["budgets", account.key, "all"],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/budgets", { params: { query: account.params }, signal })),
    enabled: account.maySeeAll,
  });
}

function entity(account: Account) {
  return "teamId" in account.params
    ? { entityType: "team" as const, entityId: account.params.teamId }
    : { entityType: "user" as const, entityId: account.params.userId };
}

export function singleBudgetQuery(account: Account) {
  return queryOptions({
    queryKey: ["budgets", account.key, "single"],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/token-tracking/budget", { params: { query: entity(account) }, signal }))).budget,
    enabled: account.maySeeAll,
  });
}

export const VOLUMES = ["1-50", "50-200", "200-500", "500+"] as const;
export type Volume = (typeof VOLUMES)[number];

export function recommendationQuery(account: Account, promptsPerMonth: Volume, models: string[]) {
  return queryOptions({
    queryKey: ["budgets", account.key, "recommendation", promptsPerMonth, models],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/token-tracking/budget/recommendation", {
          params: { query: { ...account.params, promptsPerMonth, models: models.join(",") } },
          signal,
        }),
      ),
    enabled: models.length > 0,
    // What was recommended for other answers is not to be set by mistake.
    placeholderData: () => undefined,
  });
}

function useChange<T>(account: Account, change: (input: T) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    // Also where it was refused, for someone else may have changed it.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["budgets", account.key] }),
  });
}

export function useSaveSingle(account: Account) {
  return useChange(account, (form: SingleBudgetForm) =>
    answer(api.PUT("/api/token-tracking/budget", { params: { query: entity(account) }, body: form })),
  );
}

/** With an id it is set anew, and only if nobody has changed it meanwhile; without, it is made. */
export function useSaveBudget(account: Account) {
  return useChange(account, ({ id, form }: { id?: string; form: BudgetForm }) =>
    id === undefined
      ? answer(api.POST("/api/token-tracking/budgets", { params: { query: account.params }, body: { ...form, account: account.account } }))
      : answer(
          api.PUT("/api/token-tracking/budgets/{id}", {
            params: { path: { id }, query: account.params },
            body: { ...form, account: account.account },
          }),
        ),
  );
}

export function useDeleteBudget(account: Account) {
  return useChange(account, (id: string) =>
    answer(api.DELETE("/api/token-tracking/budgets/{id}", { params: { path: { id }, query: account.params } })),
  );
}
