import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { addDays, today } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { DAYS, type Range } from "./search";

export type AgentUse = Schemas["AgentUse"] & { userId: string; model: string; agent: string };

export function developersQuery(account: Account, range: Range, zone: string) {
  const endDate = today(zone, new Date());
  const query = { ...account.visible, startDate: addDays(endDate, 1 - DAYS[range]), endDate, timezone: zone };
  return queryOptions({
    queryKey: ["usage", account.key, "developers", query],
    queryFn: ({ signal }) => answer(api.GET("/api/token-tracking/developers", { params: { query }, signal })),
  });
}
