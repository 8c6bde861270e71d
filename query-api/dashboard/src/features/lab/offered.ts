import type { Account } from "@/shared/session/account";

/** What of the lab an account's tier holds. Tokens are counted in every tier. */
export function offered({ features }: Pick<Account, "features">): { showCost: boolean; mayRun: boolean } {
  return {
    showCost: features.costPreview !== false,
    // A run of the lab is one of a workflow.
    mayRun: features.workflowsMax !== 0 && features.workflowRunsPerMonth !== 0,
  };
}
