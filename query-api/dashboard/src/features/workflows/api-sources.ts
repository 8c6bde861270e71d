import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";

const owner = (account: Account) => ("teamId" in account.params ? { teamId: account.params.teamId } : {});

/** What nodes read from and write to. The key is that of the connectors page: what is connected there is here at once. */
export function sourcesQuery(account: Account) {
  return queryOptions({
    queryKey: ["data-sources", account.key],
    queryFn: async ({ signal }) =>
      (await answer(api.GET("/api/data-sources", { params: { query: { ...owner(account), limit: 200 } }, signal }))).dataSources,
  });
}

export type Connector = Schemas["Connector"];

/** What can be connected here at all. The key is that of the connectors page. */
export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/connectors", { signal }))).connectors,
  staleTime: 10 * 60_000,
});

/** Names that templates may refer to as {{secrets.NAME}}. */
export function secretsQuery(account: Account) {
  return queryOptions({
    queryKey: ["credentials", account.key],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/credentials", { params: { query: owner(account) }, signal }))).credentials,
    select: (credentials) => credentials.filter((credential) => credential.kind === "secret").map((credential) => credential.name ?? ""),
  });
}
