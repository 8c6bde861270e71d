import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type User = Schemas["SignedInUser"];
export type Role = User["teams"][number]["role"];

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<User> => {
    const me = await answer(api.GET("/api/auth/me"));
    if (!me.user) {
      throw new Error("The dashboard is for people: sign in with e-mail and password.");
    }
    return me.user;
  },
  staleTime: 5 * 60_000,
});

export function useUser(): User {
  return useSuspenseQuery(sessionQuery).data;
}
