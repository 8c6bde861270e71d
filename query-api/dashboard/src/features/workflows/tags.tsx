import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/shared/ui/button";

/**
 * What something is tagged with: each leads to all that is tagged like it.
 *
 * @param children what stands before the tags
 */
export function Tags({ tags, onTag, children }: { tags: readonly string[]; onTag: (tag: string) => void; children?: ReactNode }) {
  return (
    <span className="mt-1 flex flex-wrap gap-1 empty:hidden">
      {children}
      {tags.map((tag) => (
        <button
          key={tag}
          type="button"
          aria-label={`Only those with the tag ${tag}`}
          dir="auto"
          title={tag}
          onClick={() => onTag(tag)}
          className="min-h-6 max-w-full truncate rounded-md bg-line/60 px-1.5 py-0.5 text-xs text-soft hover:bg-accent-wash hover:text-accent"
        >
          {tag}
        </button>
      ))}
    </span>
  );
}

/** Which tag a list is narrowed down to, with the way back. */
export function ChosenTag({ tag, onClear }: { tag: string | undefined; onClear: () => void }) {
  return tag === undefined ? null : (
    <Button className="max-w-full" onClick={onClear}>
      <span className="truncate">Tag {tag}</span> <X aria-hidden className="size-4 shrink-0 text-soft" />
      <span className="sr-only">: show all</span>
    </Button>
  );
}
