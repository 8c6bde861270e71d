import { clsx } from "clsx";
import { AlertTriangle, type LucideIcon } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { messageOf } from "@/shared/api/client";
import { formatPercent } from "@/shared/format/numbers";
import { Button } from "./button";

/** @param headingRef where the focus goes once what had it is gone */
export function Page({
  title,
  description,
  actions,
  headingRef,
  children,
}: {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-5 sm:px-6 sm:py-7">
      <div className="mb-5 flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <h1 ref={headingRef} tabIndex={headingRef ? -1 : undefined} className="text-xl font-semibold tracking-tight wrap-break-word sm:text-2xl">
            {title}
          </h1>
          {description && <p className="mt-1 max-w-2xl wrap-break-word text-soft">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Card({
  title,
  hint,
  actions,
  children,
  className,
  flush = false,
}: {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without padding around the content, for tables. */
  flush?: boolean;
}) {
  return (
    <section className={clsx("min-w-0 rounded-xl border border-line bg-surface shadow-card", className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-2 px-4 pt-4 sm:px-5">
          <div className="min-w-0">
            {title && <h2 className="text-[0.9375rem] font-semibold wrap-break-word">{title}</h2>}
            {hint && <p className="mt-0.5 text-[0.8125rem] text-soft">{hint}</p>}
          </div>
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={clsx(flush ? (title || actions) && "pt-3" : "p-4 sm:p-5")}>{children}</div>
    </section>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("skeleton", className)} />;
}

/**
 * Says what would be here, and what to do so that it is.
 *
 * @param isPage whether it is all of the page, whose heading it has then
 */
export function Empty({
  icon: Icon,
  title,
  children,
  action,
  isPage = false,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  isPage?: boolean;
}) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className="flex flex-col items-center px-4 py-10 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-accent-wash text-accent">
        <Icon aria-hidden className="size-5" />
      </span>
      <Title className="max-w-full font-medium wrap-break-word">{title}</Title>
      {children && <p className="mt-1 max-w-md text-soft">{children}</p>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

/**
 * What stands below something whose height is not known yet. It is there and asks for what it shows, but is not seen before it stands
 * where it stays, so that nothing moves under a cursor.
 */
export function Below({ isSettled, children }: { isSettled: boolean; children: ReactNode }) {
  return <div className={clsx("min-w-0", !isSettled && "invisible")}>{children}</div>;
}

/**
 * Says what happened, and offers to try again.
 *
 * @param action what helps instead, where another try would be refused as this one was
 * @param isPage whether it is all of the page, whose heading it has then
 */
export function Failure({ error, retry, action, isPage = false }: { error: unknown; retry?: () => void; action?: ReactNode; isPage?: boolean }) {
  const Title = isPage ? "h1" : "p";
  return (
    <div role="alert" className="flex flex-col items-center px-4 py-10 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-critical-wash text-critical">
        <AlertTriangle aria-hidden className="size-5" />
      </span>
      <Title className="font-medium">This could not be loaded</Title>
      <p className="mt-1 w-full max-w-md wrap-break-word text-soft">{messageOf(error)}</p>
      {action ? (
        <div className="mt-4">{action}</div>
      ) : (
        retry && (
          <Button className="mt-4" onClick={retry}>
            Try again
          </Button>
        )
      )}
    </div>
  );
}

/** As {@link Failure}, where there is room for a line. */
export function FailureLine({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  return (
    <span role="alert">
      {what} could not be loaded: {messageOf(error)}{" "}
      <button type="button" onClick={retry} className="min-h-6 font-medium text-accent underline underline-offset-2">
        Try again
      </button>
    </span>
  );
}

/** Under a field whose choices are loaded: says so if they could not be. Nothing stands there while all is well. */
export function ChoicesFailure({ what, query }: { what: string; query: { data: unknown; error: unknown; refetch: () => unknown } }) {
  return query.error && query.data === undefined ? (
    <p className="mt-1 text-xs text-critical">
      <FailureLine what={what} error={query.error} retry={() => void query.refetch()} />
    </p>
  ) : null;
}

export type Tone = "neutral" | "info" | "good" | "warning" | "critical" | "accent";

const TONES: Record<Tone, string> = {
  neutral: "bg-line/60 text-soft",
  info: "bg-info-wash text-info",
  good: "bg-good-wash text-good",
  warning: "bg-warning-wash text-warning",
  critical: "bg-critical-wash text-critical",
  accent: "bg-accent-wash text-accent",
};

export function Badge({ tone = "neutral", children, ...rest }: { tone?: Tone; children: ReactNode; "data-testid"?: string }) {
  return (
    <span
      className={clsx("inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap", TONES[tone])}
      {...rest}
    >
      {children}
    </span>
  );
}

/** A message within a page. */
export function Note({ tone = "info", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div role={tone === "critical" ? "alert" : "status"} className={clsx("min-w-0 rounded-lg px-3.5 py-2.5 text-[0.8125rem] wrap-break-word", TONES[tone])}>
      {children}
    </div>
  );
}

export type Level = "calm" | "info" | "warning" | "critical";

export const LEVEL_TONE: Record<Level, Tone> = { calm: "good", info: "info", warning: "warning", critical: "critical" };

const BARS: Record<Level, string> = { calm: "bg-good", info: "bg-info", warning: "bg-warning", critical: "bg-critical" };

/** @param used the percentage in words, where these say more than the number does */
export function Progress({ percent, used = formatPercent(percent), level, label }: { percent: number; used?: string; level: Level; label: string }) {
  const shown = Math.max(0, Math.min(100, percent));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown)}
      aria-valuetext={used}
      className="h-2 w-full overflow-hidden rounded-full bg-line"
    >
      <div className={clsx("h-full rounded-full transition-[width] duration-500", BARS[level])} style={{ width: `${shown}%` }} />
    </div>
  );
}
