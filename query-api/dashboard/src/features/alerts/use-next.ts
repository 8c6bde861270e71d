import { useEffect, useRef } from "react";
import type { Alert } from "./api";

const BUTTON = 'button[aria-label^="Acknowledge: "]';

/**
 * Keeps the place of whoever sees to alerts by keyboard, where the row goes with its button: the focus goes to the next one's button,
 * and to the heading where there is none.
 */
export function useNext(alerts: readonly Alert[]) {
  const list = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const actedOn = useRef<{ id: string; index: number } | null>(null);
  useEffect(() => {
    const acted = actedOn.current;
    if (acted === null || alerts.some((one) => one.id === acted.id && !one.acknowledged)) {
      return;
    }
    actedOn.current = null;
    if (isLost(document.activeElement)) {
      const buttons = [...(list.current?.querySelectorAll("[data-testid=alert]") ?? [])].map((row) => row.querySelector<HTMLElement>(BUTTON));
      const next = buttons.slice(acted.index).find((one) => one !== null) ?? buttons.slice(0, acted.index).findLast((one) => one !== null);
      (next ?? heading.current)?.focus();
    }
  }, [alerts]);
  const actOn = (alert: Alert | undefined) => {
    actedOn.current = alert ? { id: alert.id, index: alerts.indexOf(alert) } : null;
  };
  return { list, heading, actOn };
}

/** What can not be used any more loses the focus a moment later. */
function isLost(active: Element | null): boolean {
  return active === null || active === document.body || (active instanceof HTMLButtonElement && active.disabled);
}
