import { words } from "@/shared/format/numbers";
import { Badge, type Tone } from "@/shared/ui/layout";
import { heldBy } from "./paused";

const STATUS: Record<string, { tone: Tone; label: string }> = {
  queued: { tone: "neutral", label: "Queued" },
  running: { tone: "accent", label: "Running" },
  paused_budget: { tone: "warning", label: "Paused by a budget" },
  paused: { tone: "warning", label: "Paused" },
  completed: { tone: "good", label: "Completed" },
  failed: { tone: "critical", label: "Failed" },
  cancelled: { tone: "neutral", label: "Cancelled" },
  timeout: { tone: "critical", label: "Timeout" },
  skipped: { tone: "neutral", label: "Skipped" },
  retrying: { tone: "warning", label: "Retrying" },
};

/** What people set a workflow to. */
export type SetStatus = "draft" | "active" | "paused" | "archived";

/** Of workflows. */
export const STATUS_TONES: Record<string, Tone> = { draft: "neutral", active: "good", paused: "warning", archived: "neutral", error: "critical" };

interface Held {
  status: string;
  /** Why it is held, if it is. */
  reason?: unknown;
}

function looksOf(of: Held): { tone: Tone; label: string } {
  const held = heldBy(of);
  return held === null ? (STATUS[of.status] ?? { tone: "neutral", label: words(of.status) }) : { tone: "warning", label: held };
}

/** How it stands, where there is no badge. */
export function wordsOf(of: Held): string {
  return looksOf(of).label;
}

/** @param wait until when it waits, if it does: told in place of how it stands */
export function StatusBadge({ wait, ...of }: Held & { wait?: string | null }) {
  const { tone, label } = looksOf(of);
  return <Badge tone={tone}>{wait ?? label}</Badge>;
}

/** Of the execution that a page is about: found by its test ids, and read out when it changes. */
export function ExecutionStatus(of: Held) {
  const { tone, label } = looksOf(of);
  return (
    <span role="status" data-testid={`execution-status-${of.status}`}>
      <Badge tone={tone} data-testid="execution-status">
        {label}
      </Badge>
    </span>
  );
}
