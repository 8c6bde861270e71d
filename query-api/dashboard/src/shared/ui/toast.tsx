import { clsx } from "clsx";
import { CheckCircle2, Info, TriangleAlert, X } from "lucide-react";
import { useSyncExternalStore, type ReactNode } from "react";

interface Toast {
  id: number;
  tone: "good" | "info" | "warning" | "critical";
  text: ReactNode;
}

const SHOWN_MS = 6000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

export function toast(text: ReactNode, tone: Toast["tone"] = "good"): void {
  const id = ++lastId;
  change([...toasts.slice(-2), { id, tone, text }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  change(toasts.filter((shown) => shown.id !== id));
}

const ICONS = { good: CheckCircle2, info: Info, warning: TriangleAlert, critical: TriangleAlert };
const COLOURS = { good: "text-good", info: "text-info", warning: "text-warning", critical: "text-critical" };

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-3 z-[60] flex flex-col items-end gap-2 sm:inset-x-auto sm:right-4">
      {shown.map(({ id, tone, text }) => {
        const Icon = ICONS[tone];
        return (
          <div
            key={id}
            data-toast
            className="pointer-events-auto flex w-full max-w-sm items-start gap-2.5 rounded-xl border border-line bg-raised px-3.5 py-3 shadow-pop animate-[appear_160ms_ease-out] sm:w-auto"
          >
            <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", COLOURS[tone])} />
            <div className="min-w-0">{text}</div>
            <button type="button" aria-label="Dismiss" className="-m-1.5 shrink-0 rounded-md p-1.5 text-soft hover:text-ink" onClick={() => dismiss(id)}>
              <X aria-hidden className="size-4" />
            </button>
          </div>
        );
      })}
    </div>
  );
}
