import { queryOptions, useSuspenseQuery, type QueryClient } from "@tanstack/react-query";
import { answer, api, showTo, type Schemas } from "@/shared/api/client";
import { tellOtherTabs } from "./tabs";

export type User = Schemas["SignedInUser"];
export type Role = User["teams"][number]["role"];

/** Who is signed in is asked anew whenever the page is seen again: it may be another by then. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<User> => {
    const me = await answer(api.GET("/api/auth/me"));
    if (!me.user) {
      throw new Error("The dashboard is for people: sign in with e-mail and password.");
    }
    if (showTo(me.user.id)) {
      // They may have signed in elsewhere, and come back to a page that is loaded anew.
      tellOtherTabs();
    }
    return me.user;
  },
  staleTime: 5 * 60_000,
  refetchOnWindowFocus: "always",
});

export function isSession({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  return queryKey[0] === sessionQuery.queryKey[0];
}

export function useUser(): User {
  return useSuspenseQuery(sessionQuery).data;
}

/** Shows the page to whoever has just signed in. What was known before is another's, or older. */
export function enter(queryClient: QueryClient, user: User): void {
  queryClient.clear();
  stay(queryClient, user);
}

/** The same for whoever has signed in again where they were: what they have on the page stays. */
export function stay(queryClient: QueryClient, user: User): void {
  showTo(user.id);
  queryClient.setQueryData(sessionQuery.queryKey, user);
  tellOtherTabs();
}

/** Nobody is there any more whom anything could be shown to. */
export function leave(queryClient: QueryClient): void {
  showTo(null);
  queryClient.removeQueries({ type: "inactive" });
}

/** Asks who is signed in by now; what follows from it is up to whoever listens to what is asked. */
export async function lookWhoIsThere(queryClient: QueryClient): Promise<void> {
  if (queryClient.getQueryData(sessionQuery.queryKey)) {
    await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey }, { cancelRefetch: false });
  }
}
