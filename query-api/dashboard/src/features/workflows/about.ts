import type { Schemas } from "@/shared/api/client";
import { fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Workflow } from "./api";

export const ALERTS = {
  failure: "It fails",
  retry_exhausted: "A node fails for good",
  timeout: "It runs out of time",
  empty_output: "It puts nothing out",
  cost_threshold: "A run costs too much",
  performance_degradation: "It has become slow",
} as const;

export type AlertKind = keyof typeof ALERTS;

export interface About {
  description: string;
  category: string;
  tags: string;
  runsAtOnce: string;
  alerts: ReadonlySet<AlertKind>;
  /** As typed. */
  cost: string;
  slowFactor: string;
}

export function aboutOf(workflow: Workflow): About {
  const wishes = workflow.notifications;
  return {
    description: workflow.description ?? "",
    category: workflow.category ?? "",
    tags: (workflow.tags ?? []).join(", "),
    runsAtOnce: String(workflow.maxConcurrentRuns ?? ""),
    alerts: new Set(wishes?.alertTypes ?? (Object.keys(ALERTS) as AlertKind[])),
    cost: fieldUsd(wishes?.costThresholdUsd ?? ""),
    slowFactor: String(wishes?.slowFactor ?? ""),
  };
}

/** As it is sent. Everything as usual is not said: then it stays as usual when that changes. */
export function toSave(about: About): Pick<Schemas["WorkflowForm"], "description" | "category" | "tags" | "maxConcurrentRuns" | "notifications"> {
  const isEvery = about.alerts.size === Object.keys(ALERTS).length;
  const wishes = {
    ...(isEvery ? {} : { alertTypes: [...about.alerts] }),
    ...(about.cost.trim() ? { costThresholdUsd: typedUsd(about.cost).usd ?? about.cost.trim() } : {}),
    ...(about.slowFactor.trim() ? { slowFactor: Number(about.slowFactor) } : {}),
  };
  return {
    description: about.description.trim(),
    category: about.category.trim(),
    tags: about.tags
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
    ...(about.runsAtOnce.trim() ? { maxConcurrentRuns: Number(about.runsAtOnce) } : {}),
    notifications: Object.keys(wishes).length === 0 ? null : wishes,
  };
}
