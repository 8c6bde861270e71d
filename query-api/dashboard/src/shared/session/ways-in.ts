import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";

/** How people get in here besides by e-mail and password: with whom they may sign in, and whether they may sign up. */
export const waysInQuery = queryOptions({
  queryKey: ["ways-in"],
  queryFn: ({ signal }) => answer(api.GET("/api/auth/issuers", { signal })),
  staleTime: Infinity,
});
