import { clsx } from "clsx";
import { CheckCircle2, Info, TriangleAlert, X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";

interface Toast {
  id: number;
  tone: "good" | "info" | "warning" | "critical";
  text: ReactNode;
  /** What it is about, where it is to go once that is seen to elsewhere. */
  about?: string | undefined;
}

const SHOWN_MS = 6000;

/** How many of those are shown that go by themselves. */
const PASSING = 3;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

/** What went wrong, or is about to, waits until someone has read it. */
function stays({ tone }: Pick<Toast, "tone">): boolean {
  return tone === "warning" || tone === "critical";
}

/**
 * Says what happened, over whatever page is there: a while long, or, of a warning and what is critical, until it is put away. Said once
 * more, it stands there once, as the latest.
 *
 * @param about for {@link dismissAbout}
 */
export function toast(text: ReactNode, tone: Toast["tone"] = "good", about?: string): void {
  const others = toasts.filter((shown) => typeof text !== "string" || shown.text !== text || shown.tone !== tone);
  const passing = others.filter((shown) => !stays(shown)).slice(stays({ tone }) ? -PASSING : 1 - PASSING);
  change([...others.filter((shown) => stays(shown) || passing.includes(shown)), { id: ++lastId, tone, text, about }]);
}

/** Puts away what was said about something that is seen to by now. */
export function dismissAbout(about: string): void {
  if (toasts.some((shown) => shown.about === about)) {
    change(toasts.filter((shown) => shown.about !== about));
  }
}

/** Puts away what was said about anything of a kind, as of an account that is left. */
export function dismissKind(kind: string): void {
  if (toasts.some((shown) => shown.about?.startsWith(kind))) {
    change(toasts.filter((shown) => !shown.about?.startsWith(kind)));
  }
}

function dismiss(id: number): void {
  change(toasts.filter((shown) => shown.id !== id));
}

/**
 * Puts a message away from the keyboard. The button goes with it, and the focus to the next one's; from the last one back to where it
 * came from.
 */
function putAway(id: number, list: HTMLElement | null, cameFrom: Element | null): void {
  const index = toasts.findIndex((one) => one.id === id);
  const next = toasts[index + 1] ?? toasts[index - 1];
  if (list?.contains(document.activeElement)) {
    focusOn(next ? buttonOf(next, list) : cameFrom);
  }
  dismiss(id);
}

function buttonOf({ id }: Toast, list: HTMLElement | null): Element | null {
  return list?.querySelector(`[data-toast="${id}"] button[aria-label=Dismiss]`) ?? null;
}

function focusOn(target: Element | null): void {
  if (target instanceof HTMLElement && target.isConnected) {
    target.focus();
  }
}

const ICONS = { good: CheckCircle2, info: Info, warning: TriangleAlert, critical: TriangleAlert };
const COLOURS = { good: "text-good", info: "text-info", warning: "text-warning", critical: "text-critical" };

/** The messages. F8 leads to the latest and back again, also while a dialog over the page keeps the focus to itself. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  const list = useRef<HTMLDivElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    const isWithin = (target: EventTarget | null) => target instanceof Node && list.current?.contains(target) === true;
    const onKeyDown = (event: KeyboardEvent) => {
      const latest = toasts.at(-1);
      if (event.key === "F8" && latest) {
        event.preventDefault();
        focusOn(isWithin(document.activeElement) ? cameFrom.current : buttonOf(latest, list.current));
      } else if (event.key === "Escape" && isWithin(event.target) && event.target instanceof Element) {
        // A dialog below would take it for its own.
        event.stopPropagation();
        putAway(Number(event.target.closest("[data-toast]")?.getAttribute("data-toast")), list.current, cameFrom.current);
      }
    };
    // Of what goes on here, a dialog that fetches the focus back is to hear nothing: it listens at the document.
    const keep = (event: FocusEvent) => {
      if (isWithin(event.type === "focusin" ? event.target : event.relatedTarget)) {
        event.stopPropagation();
      }
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    document.body.addEventListener("focusin", keep);
    document.body.addEventListener("focusout", keep);
    return () => {
      window.removeEventListener("keydown", onKeyDown, { capture: true });
      document.body.removeEventListener("focusin", keep);
      document.body.removeEventListener("focusout", keep);
    };
  }, []);
  return (
    <div
      ref={list}
      role="region"
      aria-label="Messages (F8)"
      aria-keyshortcuts="F8"
      aria-live="polite"
      onFocus={({ relatedTarget }) => {
        if (relatedTarget && !list.current?.contains(relatedTarget)) {
          cameFrom.current = relatedTarget;
        }
      }}
      className={clsx(
        "pointer-events-none fixed inset-x-0 bottom-0 z-[60] flex max-h-[60dvh] flex-col-reverse items-end gap-2 overflow-y-auto p-3 sm:inset-x-auto sm:right-1",
        // Above a warning that stands over the lower end of the page, and not over it.
        "[html[data-warning=floating]_&]:bottom-[calc(var(--warning-height,3rem)+0.5rem)]",
      )}
    >
      {/* The latest is the lowest, and in sight where they are more than there is room for. */}
      {shown.toReversed().map((one) => (
        <Message key={one.id} toast={one} onDismiss={(byKeyboard) => (byKeyboard ? putAway(one.id, list.current, cameFrom.current) : dismiss(one.id))} />
      ))}
    </div>
  );
}

function Message({ toast: { id, tone, text }, onDismiss }: { toast: Toast; onDismiss: (byKeyboard: boolean) => void }) {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const isHeld = stays({ tone }) || isHovered || isFocused;
  useEffect(() => {
    if (isHeld) {
      return;
    }
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  const Icon = ICONS[tone];
  return (
    <div
      data-toast={id}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      className="pointer-events-auto flex w-full max-w-sm shrink-0 items-start gap-2.5 rounded-xl border border-line bg-raised px-3.5 py-3 shadow-pop animate-[appear_160ms_ease-out] sm:w-auto"
    >
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", COLOURS[tone])} />
      <div className="min-w-0 wrap-anywhere">{text}</div>
      <button type="button" aria-label="Dismiss" className="-m-1.5 shrink-0 rounded-md p-1.5 text-soft hover:text-ink" onClick={({ detail }) => onDismiss(detail === 0)}>
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}
