export interface WorkflowSearch {
  q?: string;
  status?: "draft" | "active" | "paused" | "archived" | "error";
  tag?: string;
  category?: string;
}

const STATUSES = ["draft", "active", "paused", "archived", "error"] as const;

export function readWorkflowSearch(raw: Record<string, unknown>): WorkflowSearch {
  const search: WorkflowSearch = {};
  const status = STATUSES.find((one) => one === raw.status);
  if (status) search.status = status;
  if (typeof raw.q === "string" && raw.q !== "") search.q = raw.q;
  if (typeof raw.tag === "string" && raw.tag !== "") search.tag = raw.tag;
  if (typeof raw.category === "string" && raw.category !== "") search.category = raw.category;
  return search;
}
