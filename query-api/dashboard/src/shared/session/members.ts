import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { useAccount } from "./account";

const PAGE = 200;

const NOBODY: ReadonlyMap<string, string> = new Map();

function useNames(isWanted: boolean) {
  const account = useAccount();
  return useQuery({
    queryKey: ["member-names", account.key],
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>();
      let cursor: string | null | undefined;
      do {
        const page = await answer(
          api.GET("/api/teams/{id}/members", {
            params: { path: { id: account.key }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        );
        page.members.forEach((member) => names.set(member.userId, member.name));
        cursor = page.nextCursor;
      } while (cursor);
      return names;
    },
    enabled: account.isTeam && isWanted,
    staleTime: 5 * 60_000,
  });
}

/**
 * What the members of the team are called, by their ids; empty where there is no team, and until it is known.
 *
 * @param isWanted whether anything is shown that needs them
 */
export function useMemberNames(isWanted = true): ReadonlyMap<string, string> {
  return useNames(isWanted).data ?? NOBODY;
}

/** The same, for whoever chooses from them: whether they are awaited still, or could not be loaded. */
export function useMemberNamesQuery() {
  return useNames(true);
}
