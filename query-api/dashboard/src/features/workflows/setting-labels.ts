/** What the settings' fields are called, by where their values stand. */
export const SETTING_LABELS: Readonly<Record<string, string>> = {
  errorHandling: "When a node fails",
  maxConcurrentNodes: "Nodes at once",
  timeout: "Seconds, at most",
  "retryPolicy.maxAttempts": "Attempts of a node",
  "retryPolicy.backoff": "Pause between",
  maxCostUsd: "Cost of a run, at most",
  loopDelay: "Seconds between",
  continueWhile: "As long as",
};
