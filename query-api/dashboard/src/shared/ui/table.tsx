import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { ByArrows } from "./amount";
import { useArrows } from "./arrows";

export function Table({ children, label }: { children: ReactNode; label?: string }) {
  const { ref, onFocus, onKeyDown } = useArrows();
  return (
    <ByArrows value={true}>
      <table ref={ref} aria-label={label} className="w-full border-collapse text-[0.8125rem]" onFocus={onFocus} onKeyDown={onKeyDown}>
        {children}
      </table>
    </ByArrows>
  );
}

export function Th({
  children,
  right = false,
  sorted,
  onSort,
  className,
}: {
  children: ReactNode;
  right?: boolean;
  sorted?: "up" | "down" | null;
  onSort?: () => void;
  className?: string;
}) {
  return (
    <th
      scope="col"
      aria-sort={sorted === undefined ? undefined : sorted === null ? "none" : sorted === "up" ? "ascending" : "descending"}
      className={clsx("border-b border-line px-2 py-2 text-xs font-medium text-soft first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5", right ? "text-right" : "text-left", className)}
    >
      {onSort ? (
        <button type="button" onClick={onSort} className={clsx("inline-flex min-h-6 items-center gap-1 hover:text-ink", sorted && "text-ink")}>
          {children}
          {sorted === "up" ? <ArrowUp aria-hidden className="size-3" /> : sorted === "down" ? <ArrowDown aria-hidden className="size-3" /> : null}
        </button>
      ) : (
        children
      )}
    </th>
  );
}

/**
 * @param title all of what may be cut off
 * @param dir auto for a name that someone has given: it is cut at its end in its own language, and stands where others stand
 */
export function Td({ children, right = false, className, title, dir }: { children: ReactNode; right?: boolean; className?: string; title?: string | undefined; dir?: "auto" }) {
  return (
    <td title={title} dir={dir} className={clsx("border-b border-line/70 px-2 py-2 first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5", right && "text-right figures", dir && "text-left", className)}>
      {children}
    </td>
  );
}

/** A wide table scrolls within its card, also by keyboard. */
export function ScrollX({ children, label }: { children: ReactNode; label: string }) {
  return (
    <div className="relative overflow-x-auto rounded-b-xl" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
