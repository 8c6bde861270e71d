import { Badge, type Tone } from "@/shared/ui/layout";

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

/** Of workflows. */
export const STATUS_TONES: Record<string, Tone> = { draft: "neutral", active: "good", paused: "warning", archived: "neutral", error: "critical" };

export function StatusBadge({ status }: { status: string }) {
  const { tone, label } = STATUS[status] ?? { tone: "neutral", label: status };
  return <Badge tone={tone}>{label}</Badge>;
}

/** Of the execution that a page is about: found by its test ids, and read out when it changes. */
export function ExecutionStatus({ status }: { status: string }) {
  const { tone, label } = STATUS[status] ?? { tone: "neutral", label: status };
  return (
    <span role="status" data-testid={`execution-status-${status}`}>
      <Badge tone={tone} data-testid="execution-status">
        {label}
      </Badge>
    </span>
  );
}
