import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { clsx } from "clsx";
import { Clock, Database, GitFork, Globe, Repeat, Send, Sparkles, Wand2, type LucideIcon } from "lucide-react";
import { memo } from "react";
import type { NanoUsd } from "@/shared/format/money";
import { Amount } from "@/shared/ui/amount";
import { TYPE_LABELS, type NodeType } from "./definition";
import { Unpriced } from "./execution-cost";
import type { PlaceFault } from "./faults";

export const ICONS: Record<NodeType, LucideIcon> = {
  data_source: Database,
  prompt: Sparkles,
  condition: GitFork,
  transform: Wand2,
  loop: Repeat,
  output: Send,
  webhook: Globe,
  delay: Clock,
};

export interface CardData extends Record<string, unknown> {
  type: NodeType;
  label: string;
  detail: string;
  fault: PlaceFault | null;
  /** Of the execution that is shown, if one is. */
  status: string | null;
  runs: string | null;
  cost: NanoUsd | null;
  unpriced: number;
}

export type CardNode = Node<CardData, "card">;

const EDGES: Record<string, string> = {
  queued: "border-line-strong",
  running: "border-accent ring-4 ring-accent/20",
  retrying: "border-warning ring-4 ring-warning/20",
  paused: "border-warning ring-4 ring-warning/20",
  paused_budget: "border-warning ring-4 ring-warning/20",
  completed: "border-good",
  failed: "border-critical",
  cancelled: "border-line-strong",
  skipped: "border-dashed border-line-strong bg-page!",
};

const FAULTS: Record<PlaceFault["severity"], { border: string; text: string }> = {
  error: { border: "border-critical", text: "text-critical" },
  warning: { border: "border-warning", text: "text-warning" },
};

/** What is hit reaches farther than what is seen: 32 px of the canvas, and never less than 24 of the screen, however small nodes are drawn. */
const handle = "!size-3 !border-2 !border-surface !bg-soft hover:!bg-accent before:absolute before:inset-[calc(50%_-_max(16px,12px_/_var(--zoom,1)))] before:rounded-full";

export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const Icon = ICONS[data.type];
  return (
    <div
      className={clsx(
        "w-60 rounded-xl border-2 bg-surface px-3 py-2.5 text-left shadow-card transition-shadow",
        data.status ? EDGES[data.status] : data.fault ? FAULTS[data.fault.severity].border : selected ? "border-accent" : "border-line",
        selected && "ring-4 ring-accent/20",
        // Two dots at one side, each with what is hit of it.
        data.type === "condition" && "min-h-20",
      )}
    >
      <Handle type="target" position={Position.Left} className={handle} />
      <div className="flex items-center gap-2.5">
        <span className="flex size-8 shrink-0 items-center justify-center rounded-lg bg-accent-wash text-accent">
          <Icon aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1">
          <p dir="auto" className="truncate text-[0.8125rem] font-semibold" title={data.label}>
            {data.label}
          </p>
          {/* What it is set to says enough by its beginning; of what a run came to, every word and figure is wanted. */}
          {data.runs === null ? (
            <p dir="auto" className="truncate text-xs text-soft figures">
              {data.detail || TYPE_LABELS[data.type]}
            </p>
          ) : (
            <p className="text-xs text-soft figures">
              {data.runs}
              {data.cost !== null && (
                <>
                  {" · "}
                  <span className="whitespace-nowrap">
                    <Amount usd={data.cost} />
                  </span>
                </>
              )}
              <Unpriced calls={data.unpriced} isBelow />
            </p>
          )}
        </div>
      </div>
      {data.fault && <p className={clsx("mt-1.5 line-clamp-2 text-xs", FAULTS[data.fault.severity].text)}>{data.fault.text}</p>}
      {data.type === "condition" ? (
        <>
          <Handle id="true" type="source" position={Position.Right} className={clsx(handle, "!top-[30%] !bg-good")} />
          <Handle id="false" type="source" position={Position.Right} className={clsx(handle, "!top-[70%] !bg-critical")} />
        </>
      ) : (
        <Handle type="source" position={Position.Right} className={handle} />
      )}
    </div>
  );
});
