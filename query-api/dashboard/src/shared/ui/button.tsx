import { clsx } from "clsx";
import { useRef, type ComponentProps, type MouseEvent } from "react";

type Kind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-accent-ink hover:bg-accent-strong border-transparent",
  plain: "bg-surface text-ink border-line-strong hover:border-soft hover:bg-page",
  quiet: "border-transparent text-soft hover:bg-line/60 hover:text-ink",
  danger: "bg-surface text-critical border-critical/40 hover:bg-critical-wash",
};

export function buttonClass(kind: Kind = "plain", size: "s" | "m" = "m", extra?: string): string {
  return clsx(
    "inline-flex items-center justify-center gap-1.5 rounded-lg border font-medium whitespace-nowrap transition-colors select-none",
    "disabled:opacity-55 disabled:cursor-not-allowed aria-disabled:cursor-not-allowed aria-disabled:opacity-55",
    size === "s" ? "h-8 px-2.5 text-[0.8125rem]" : "h-9 px-3.5",
    KINDS[kind],
    extra,
  );
}

interface Work {
  /** Whether what it does is under way; undefined of a button whose work is done with the click. */
  busy?: boolean;
  /** Of one that costs money each time: a second click right after is the first one's, also where the work is done by then. */
  costs?: boolean;
}

type Props = ComponentProps<"button"> & Work & { kind?: Kind; size?: "s" | "m" };

/** What is pressed twice within it was meant once, as of a double click; in ms. */
const TWICE_MS = 500;

/** A double click, of which a page may know only after both are there that the first has begun something, is one click. */
function useClick({ busy, costs = false, onClick }: Work & Pick<ComponentProps<"button">, "onClick">) {
  const last = useRef(Number.NEGATIVE_INFINITY);
  if (busy === undefined) {
    return onClick;
  }
  return (event: MouseEvent<HTMLButtonElement>) => {
    if (busy || event.detail > 1 || (costs && event.timeStamp - last.current < TWICE_MS)) {
      event.preventDefault();
      return;
    }
    last.current = event.timeStamp;
    onClick?.(event);
  };
}

/** While it is busy it does nothing, and keeps the focus: what is disabled loses it, and with it one's place on the page. */
export function Button({ kind = "plain", size = "m", busy, costs = false, className, children, onClick, ...rest }: Props) {
  const click = useClick({ ...(busy === undefined ? {} : { busy }), costs, ...(onClick ? { onClick } : {}) });
  return (
    <button
      type="button"
      className={buttonClass(kind, size, className)}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={click}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

/** A button that is only a picture; its label is read out and shown as a hint. While it is busy, as {@link Button}. */
export function IconButton({
  label,
  busy,
  costs = false,
  className,
  children,
  onClick,
  ...rest
}: Omit<ComponentProps<"button">, "aria-label"> & Work & { label: string }) {
  const click = useClick({ ...(busy === undefined ? {} : { busy }), costs, ...(onClick ? { onClick } : {}) });
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={click}
      className={clsx(
        "relative inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-soft transition-colors hover:bg-line/60 hover:text-ink disabled:opacity-40 aria-disabled:cursor-not-allowed aria-disabled:opacity-40 [&_svg]:size-[1.125rem]",
        className,
      )}
      {...rest}
    >
      {busy ? <Spinner /> : children}
    </button>
  );
}

export function Spinner() {
  return (
    <span
      aria-hidden
      className="size-3.5 rounded-full border-2 border-current border-r-transparent"
      style={{ animation: "spin-slow 0.8s linear infinite" }}
    />
  );
}
