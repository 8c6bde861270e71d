import { useEffect } from "react";

const parts = new Set<{ what: string }>();

/**
 * Lets be known that something on the page would be lost with it.
 *
 * @param what has changes, such as "This workflow has"
 */
export function useUnsaved(what: string, isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) {
      return;
    }
    const part = { what };
    parts.add(part);
    return () => {
      parts.delete(part);
    };
  }, [what, isDirty]);
}

/** What of the page has changes that are not saved; undefined if nothing. */
export function whatIsUnsaved(): string | undefined {
  return parts.values().next().value?.what;
}
