import type { QueryClient } from "@tanstack/react-query";
import type { Account } from "@/shared/session/account";
import { firstDayShown } from "@/shared/session/history";
import { zoneOf } from "@/shared/session/zone";
import { activityQuery, breakdownQuery, monthQuery, savingsQuery, shownQuery, wholeBudgetQuery } from "./api";
import { isCut, readUsageSearch, withinHistory } from "./search";

/**
 * Asks for what the usage page shows, as it will itself, while its scripts are still on their way: whatever fails is asked again, and
 * told, by the page.
 */
export function askAhead(queryClient: QueryClient, account: Account, raw: object): void {
  const search = withinHistory(readUsageSearch(raw as Record<string, unknown>), account.features.historyDays);
  const zone = zoneOf(search);
  const now = new Date();
  void queryClient.prefetchQuery(shownQuery(account, search, zone));
  void queryClient.prefetchQuery(activityQuery(account, search, zone));
  void queryClient.prefetchQuery(breakdownQuery(account, search, zone));
  if (!isCut({ range: "month" }, firstDayShown(account, zone, now), zone, now)) {
    void queryClient.prefetchQuery(monthQuery(account, zone));
  }
  if (account.maySeeAll) {
    void queryClient.prefetchQuery(wholeBudgetQuery(account));
    void queryClient.prefetchQuery(savingsQuery(account, search, zone));
  }
}
