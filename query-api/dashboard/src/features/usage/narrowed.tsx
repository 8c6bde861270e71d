import { X } from "lucide-react";
import { Button } from "@/shared/ui/button";
import { Named } from "./names";
import { dimensionLabel, withoutOnly, type Only } from "./search";

/** What the page is narrowed down to: each part with a way to take it away, and one way back to everything. */
export function Narrowed({ onlys, onChange }: { onlys: readonly Only[]; onChange: (next: readonly Only[]) => void }) {
  if (onlys.length === 0) {
    return null;
  }
  return (
    <div data-testid="narrowed" className="mb-4 flex flex-wrap items-center gap-x-2 gap-y-1.5 rounded-xl border border-accent/30 bg-accent-wash px-3.5 py-2">
      {onlys.map(({ dimension, value }, index) => {
        const label = dimensionLabel(dimension).toLowerCase();
        return (
          <span key={dimension} className="inline-flex max-w-full items-center gap-1 rounded-lg bg-surface py-1 pr-1 pl-2.5">
            <span className="truncate">
              {index === 0 ? "Only" : "and"} {label}{" "}
              <strong className="font-semibold">
                <Named dimension={dimension} value={value} />
              </strong>
            </span>
            <button
              type="button"
              aria-label={`Take away: ${label} ${value}`}
              className="shrink-0 rounded-md p-1 text-soft hover:bg-line/60 hover:text-ink"
              onClick={() => onChange(withoutOnly(onlys, dimension))}
            >
              <X aria-hidden className="size-4" />
            </button>
          </span>
        );
      })}
      <Button size="s" kind="quiet" onClick={() => onChange([])}>
        Show everything
      </Button>
    </div>
  );
}
