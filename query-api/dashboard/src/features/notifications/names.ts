import { Mail, MessageSquare, MessagesSquare, Webhook, type LucideIcon } from "lucide-react";
import { words } from "@/shared/format/numbers";
import type { Channel, Preferences } from "./api";

export const KINDS: Record<Channel["kind"], { label: string; help: string; icon: LucideIcon }> = {
  webhook: { label: "Webhook", help: "Your own service, each call signed", icon: Webhook },
  slack: { label: "Slack", help: "An incoming webhook of a channel", icon: MessageSquare },
  teams: { label: "Microsoft Teams", help: "An incoming webhook of a channel", icon: MessagesSquare },
  email: { label: "E-mail", help: "Up to 20 addresses", icon: Mail },
};

export const LEVELS: Record<Channel["minimumLevel"], string> = {
  info: "Everything",
  warning: "Warnings and worse",
  critical: "Critical only",
};

export type AlertType = NonNullable<Preferences["alertTypes"]>[number];

const TYPES: Readonly<Record<string, { label: string; help?: string }>> = {
  budget_threshold: { label: "A budget reaches a threshold", help: "Such as 75% or 90% of its limit." },
  budget_exceeded: { label: "A budget is used up", help: "What blocks is blocked from then on." },
  budget_forecast: { label: "A budget will not last", help: "At the pace so far, it ends before its period." },
  anomaly: { label: "Spend is unusual", help: "Much more than at this time on other days." },
  unpriced_usage: { label: "Usage has no price", help: "A model that no price list knows." },
  channel_disabled: { label: "A channel was switched off", help: "Its address is gone, or took nothing for five days." },
  workflow_failure: { label: "A workflow fails" },
  workflow_empty_output: { label: "A workflow puts nothing out" },
  workflow_cost_threshold: { label: "A run costs more than it should" },
  workflow_performance_degradation: { label: "A workflow has become slow" },
  workflow_timeout: { label: "A workflow runs out of time" },
  workflow_retry_exhausted: { label: "A node fails for good" },
};

/** For people; a type that is newer than this page is called what the API calls it. */
export function aboutType(type: AlertType): { label: string; help?: string } {
  return TYPES[type] ?? { label: words(type) };
}

/** Where a channel leads, in a line. */
export function destinationOf(channel: Channel): string {
  return channel.kind === "email" ? (channel.to ?? []).join(", ") : (channel.url ?? "");
}

export const FREQUENCIES = { daily: "Every day", weekly: "Every week", monthly: "Every month" } as const;

/** One a line, or with something between. */
export function addressesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}
