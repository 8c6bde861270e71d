import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { useAccount } from "./account";
import { useMemberNames } from "./members";

/** What ids are called; undefined for those that nobody has named, and until it is known. */
export interface Names {
  get: (id: string) => string | undefined;
}

const NAMES_STALE_MS = 5 * 60_000;

/** More workflows than this are told by their ids. */
const WORKFLOWS_MAX = 200;

/** @param dimensions of which values are shown: only what those need is asked for */
export function useNamesOf(dimensions: readonly string[]): Names {
  const members = useMemberNames(dimensions.some((dimension) => dimension === "user" || dimension === "member"));
  const keys = useKeyNames(dimensions.includes("api_key"));
  const workflows = useWorkflowNames(dimensions.includes("workflow"));
  return { get: (id) => members.get(id) ?? keys?.get(id) ?? workflows?.get(id) };
}

function useKeyNames(isWanted: boolean): ReadonlyMap<string, string> | undefined {
  const account = useAccount();
  return useQuery({
    queryKey: ["key-names", account.key],
    queryFn: async ({ signal }) => {
      const { apiKeys } = account.isTeam
        ? await answer(api.GET("/api/teams/{id}/api-keys", { params: { path: { id: account.key } }, signal }))
        : await answer(api.GET("/api/api-keys", { signal }));
      return new Map(apiKeys.map((key) => [key.id, key.name]));
    },
    enabled: isWanted && account.mayManage,
    staleTime: NAMES_STALE_MS,
  }).data;
}

function useWorkflowNames(isWanted: boolean): ReadonlyMap<string, string> | undefined {
  const account = useAccount();
  return useQuery({
    queryKey: ["workflow-names", account.key],
    queryFn: async ({ signal }) => {
      const { workflows } = await answer(api.GET("/api/workflows", { params: { query: { ...account.params, limit: WORKFLOWS_MAX } }, signal }));
      return new Map(workflows.map((workflow) => [workflow.id, workflow.name]));
    },
    enabled: isWanted,
    staleTime: NAMES_STALE_MS,
  }).data;
}
