import { clsx } from "clsx";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import type { Definition } from "./definition";

/** What the panel is about: a node, a line, several, the run that was started here, or the whole workflow. */
export function titleOf(definition: Definition, selected: ReadonlySet<string>, isRun: boolean): string {
  const only = selected.size === 1 ? [...selected][0] : undefined;
  const node = definition.nodes.find((one) => one.id === only);
  if (node) {
    return node.label;
  }
  if (definition.edges.some((one) => one.id === only)) {
    return "Connection";
  }
  return selected.size > 1 ? `${selected.size} chosen` : isRun ? "Run" : "Settings";
}

interface Props {
  title: string;
  runId: string | null;
  led: number;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/**
 * Beside the canvas where there is room for both; else a sheet over its lower end, of which there is only a line until someone opens
 * it: the canvas has what the window has.
 *
 * @param title what is told on the line
 * @param runId of the run that was started here: it is to be seen when it begins
 * @param led how often someone was led here from the canvas: they are to see where they are
 */
export function SidePanel({ title, runId, led, onKeyDown, children }: Props) {
  const content = useId();
  const [state, setState] = useState({ runId, led, isOpen: false });
  if (state.runId !== runId || state.led !== led) {
    setState({ runId, led, isOpen: state.isOpen || state.led !== led || runId !== null });
  }
  const { isOpen } = state;
  const Icon = isOpen ? ChevronDown : ChevronUp;
  return (
    <aside
      aria-label="Properties"
      onKeyDown={onKeyDown}
      className="flex w-full shrink-0 flex-col border-line bg-surface max-lg:absolute max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-20 max-lg:max-h-[75%] max-lg:border-t max-lg:shadow-pop lg:w-96 lg:border-l"
    >
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={content}
        aria-label={`Properties: ${title}`}
        className="flex h-11 shrink-0 items-center justify-between gap-2 px-4 text-left font-medium lg:hidden"
        onClick={() => setState({ runId, led, isOpen: !isOpen })}
      >
        <span dir="auto" className="truncate">
          {title}
        </span>
        <Icon aria-hidden className="size-4 shrink-0 text-soft" />
      </button>
      <div id={content} className={clsx("min-h-0 flex-1 scroll-pb-28 overflow-y-auto p-4 max-lg:pt-1", !isOpen && "max-lg:hidden")}>
        {children}
      </div>
    </aside>
  );
}
