import { useEffect } from "react";

/** What the page is called that is there; null before there is any. */
let current: string | null = null;
const listeners = new Set<(title: string) => void>();

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Prompt Manage`;
    tell(title);
  }, [title]);
}

function tell(title: string): void {
  const isChange = current !== null && current !== title;
  current = title;
  if (isChange) {
    listeners.forEach((listener) => listener(title));
  }
}

/** Tells of each title after the first, until what is given back is called. */
export function onPageTitle(listener: (title: string) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
