import type { ReactNode } from "react";

/** As high with its figure as without, also where a line of it is broken. */
export const FIGURE = "min-h-37 sm:min-h-30";

export function Figure({ label, value, children }: { label: string; value: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={label} className={`${FIGURE} min-w-0 rounded-xl border border-line bg-surface p-3.5 shadow-card sm:p-4`}>
      <h2 className="text-[0.8125rem] font-medium text-soft">{label}</h2>
      <p className="mt-1.5 text-xl font-semibold tracking-tight wrap-anywhere figures sm:text-[1.625rem] sm:leading-8">{value}</p>
      <p className="mt-1.5 text-xs text-pretty text-soft">{children}</p>
    </section>
  );
}
