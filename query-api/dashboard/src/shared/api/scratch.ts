import type { Account } from "@/shared/session/account";
import { answer, api, type Schemas } from "./client";
import type { Intents } from "./intents";

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
 *
 * @param intents of the place that it is asked for at: what is asked again because no answer came runs once
 */
export function runScratch(account: Account, intents: Intents, scratch: Scratch): Promise<string> {
  return intents.once([account.key, scratch], (key) => run(account, scratch, key));
}

async function run(account: Account, { tag, name, description, definition, triggerData }: Scratch, key: string): Promise<string> {
  const owner = "teamId" in account.params ? { teamId: account.params.teamId } : {};
  const sent = definition as Schemas["Definition"];
  const { workflows } = await answer(api.GET("/api/workflows", { params: { query: { ...account.params, tags: tag, status: "draft", limit: 200 } } }));
  const known = workflows.find((workflow) => workflow.createdBy === account.userId && workflow.account === account.account);
  const { workflow } = known
    ? await answer(api.PUT("/api/workflows/{id}", { params: { path: { id: known.id } }, body: { definition: sent } }))
    : await answer(api.POST("/api/workflows", { body: { ...owner, name, description, tags: [tag], definition: sent } }));
  const accepted = await answer(
    api.POST("/api/workflows/{id}/trigger", { params: { path: { id: workflow.id }, header: { "Idempotency-Key": key } }, body: { triggerData: triggerData as Record<string, never> } }),
  );
  return accepted.executionId;
}
