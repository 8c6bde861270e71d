import { useQuery } from "@tanstack/react-query";

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The addresses that this server describes. A query API that runs without the workflow runner beside it has no workflows, and
 * then there is no page for them either.
 */
export function useServedPaths(): ReadonlySet<string> {
  const { data } = useQuery({
    queryKey: ["served"],
    queryFn: async ({ signal }) => {
      const answer = await fetch("/openapi.json", { signal });
      const { paths } = (await answer.json()) as { paths: Record<string, unknown> };
      return new Set(Object.keys(paths));
    },
    staleTime: Infinity,
  });
  return data ?? NOTHING;
}
