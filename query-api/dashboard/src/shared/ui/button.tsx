import { clsx } from "clsx";
import type { ComponentProps } from "react";

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

type Props = ComponentProps<"button"> & { kind?: Kind; size?: "s" | "m"; busy?: boolean };

/** While it is busy it does nothing, and keeps the focus: what is disabled loses it, and with it one's place on the page. */
export function Button({ kind = "plain", size = "m", busy = false, className, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      className={buttonClass(kind, size, className)}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
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
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: Omit<ComponentProps<"button">, "aria-label"> & { label: string; busy?: boolean }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
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
