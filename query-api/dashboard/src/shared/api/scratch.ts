import type { Account } from "@/shared/session/account";
import { answer, api, type Schemas } from "./client";

export interface Scratch {
  /** By which a person's own workflow of this kind is found again. */
  tag: "prompt-lab" | "node-test";
  name: string;
  description: string;
  definition: unknown;
  triggerData: Record<string, unknown>;
}

/** Workflows that pages keep for themselves, and lists leave out. */
export function isScratch(workflow: { tags?: readonly string[] }): boolean {
  return workflow.tags?.some((tag) => tag === "prompt-lab" || tag === "node-test") ?? false;
}

/**
 * Runs something once as a draft of one's own: budgets, keys, retries and metering are those of every workflow. The same draft
 * serves each time; its executions are the history.
 */
export async function runScratch(account: Account, { tag, name, description, definition, triggerData }: Scratch): Promise<string> {
  const owner = "teamId" in account.params ? { teamId: account.params.teamId } : {};
  const sent = definition as Schemas["Definition"];
  const { workflows } = await answer(api.GET("/api/workflows", { params: { query: { ...account.params, tags: tag, status: "draft", limit: 200 } } }));
  const known = workflows.find((workflow) => workflow.createdBy === account.userId && workflow.account === account.account);
  const { workflow } = known
    ? await answer(api.PUT("/api/workflows/{id}", { params: { path: { id: known.id } }, body: { definition: sent } }))
    : await answer(api.POST("/api/workflows", { body: { ...owner, name, description, tags: [tag], definition: sent } }));
  const accepted = await answer(
    api.POST("/api/workflows/{id}/trigger", { params: { path: { id: workflow.id } }, body: { triggerData: triggerData as Record<string, never> } }),
  );
  return accepted.executionId;
}
