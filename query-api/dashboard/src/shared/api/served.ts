import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

/**
 * Whether there is anything at an address of the API. The workflow runner is a service of its own: where none stands beside the
 * query API, there is no page for workflows either. Until it is known it is taken to be as this browser last found it, or to be there: what
 * would come later moves what stands below.
 */
export function useIsServed(path: string): boolean {
  const { data } = useQuery({
    queryKey: ["served", path],
    queryFn: async ({ signal }) => (await fetch(path, { signal })).status !== 404,
    staleTime: Infinity,
  });
  useEffect(() => {
    if (data !== undefined) {
      remember(path, data);
    }
  }, [path, data]);
  return data ?? !wasMissing(path);
}

const missing = (path: string) => `not served: ${path}`;

function remember(path: string, isServed: boolean): void {
  try {
    if (isServed) {
      localStorage.removeItem(missing(path));
    } else {
      localStorage.setItem(missing(path), "1");
    }
  } catch {
    // Then it is asked before it is known, as on the first visit.
  }
}

function wasMissing(path: string): boolean {
  try {
    return localStorage.getItem(missing(path)) !== null;
  } catch {
    return false;
  }
}
