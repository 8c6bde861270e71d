import type { Schemas } from "@/shared/api/client";
import { WORKFLOW_ORDERS, type WorkflowOrder } from "./list-order";

/** What an address is changed by; what is undefined goes from it. */
export type Patch<Search> = { [K in keyof Search]?: Search[K] | undefined };

export function patched<Search extends object>(before: Search, patch: Patch<Search>): Search {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined)) as Search;
}

export interface WorkflowSearch {
  q?: string;
  status?: "draft" | "active" | "paused" | "archived" | "error";
  tag?: string;
  category?: string;
  order?: WorkflowOrder;
  /** How many are shown, where more were asked for than at first. */
  shown?: number;
}

/** As many workflows are shown at first, and as many more at a press. */
export const SHOWN = 50;

const SHOWN_MAX = 10_000;

const ORDERS = Object.keys(WORKFLOW_ORDERS) as WorkflowOrder[];

const STATUSES = ["draft", "active", "paused", "archived", "error"] as const;

export function readWorkflowSearch(raw: Record<string, unknown>): WorkflowSearch {
  const search: WorkflowSearch = {};
  const status = STATUSES.find((one) => one === raw.status);
  if (status) search.status = status;
  if (typeof raw.q === "string" && raw.q !== "") search.q = raw.q;
  if (typeof raw.tag === "string" && raw.tag !== "") search.tag = raw.tag;
  if (typeof raw.category === "string" && raw.category !== "") search.category = raw.category;
  const order = ORDERS.find((one) => one === raw.order);
  if (order && order !== "changed") search.order = order;
  const shown = Number(raw.shown);
  if (Number.isInteger(shown) && shown > SHOWN && shown <= SHOWN_MAX) search.shown = shown;
  return search;
}

/** Which templates are shown. */
export interface TemplateSearch {
  q?: string;
  category?: string;
}

export function readTemplateSearch(raw: Record<string, unknown>): TemplateSearch {
  const search: TemplateSearch = {};
  if (typeof raw.q === "string" && raw.q !== "") search.q = raw.q;
  if (typeof raw.category === "string" && raw.category !== "") search.category = raw.category;
  return search;
}

/** Of the page of one that is not stored yet. */
export interface BuilderSearch {
  /** The id of the workflow that it begins as a copy of. */
  copy?: string;
}

export function readBuilderSearch(raw: Record<string, unknown>): BuilderSearch {
  return typeof raw.copy === "string" && raw.copy !== "" ? { copy: raw.copy } : {};
}

export const EXECUTION_STATUSES = ["queued", "running", "paused_budget", "paused", "completed", "failed", "cancelled", "timeout"] as const satisfies readonly Schemas["Execution"]["status"][];

/** Which executions of a workflow are shown, and how its days are. */
export interface ExecutionSearch {
  status?: (typeof EXECUTION_STATUSES)[number];
  days?: "table";
}

export function readExecutionSearch(raw: Record<string, unknown>): ExecutionSearch {
  const search: ExecutionSearch = {};
  const status = EXECUTION_STATUSES.find((one) => one === raw.status);
  if (status) search.status = status;
  if (raw.days === "table") search.days = "table";
  return search;
}
