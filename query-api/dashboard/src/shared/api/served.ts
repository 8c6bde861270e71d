import { useQuery } from "@tanstack/react-query";

/**
 * Whether there is anything at an address of the API. The workflow runner is a service of its own: where none stands beside the
 * query API, there is no page for workflows either.
 */
export function useIsServed(path: string): boolean {
  const { data } = useQuery({
    queryKey: ["served", path],
    queryFn: async ({ signal }) => (await fetch(path, { signal })).status !== 404,
    staleTime: Infinity,
  });
  return data ?? false;
}
