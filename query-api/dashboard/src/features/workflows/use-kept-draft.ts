import { useEffect, useRef } from "react";
import { dropOwn, keep } from "./draft";
import type { Base } from "./use-saving";
import type { Draft } from "./workflow-file";

/** After the last change, in ms: not at each key that is pressed. */
export const KEPT_AFTER_MS = 500;

/** Keeps what is not saved in this browser, until it is saved or as it was. */
export function useKeptDraft(place: string, draft: Draft, base: Base, isDirty: boolean): void {
  const keptAt = useRef<string | null>(null);
  useEffect(() => {
    if (keptAt.current && (!isDirty || keptAt.current !== place)) {
      // What had no id yet was kept elsewhere than it is now.
      dropOwn(keptAt.current);
    }
    keptAt.current = isDirty ? place : null;
    if (!isDirty) {
      return;
    }
    const write = () => keep(place, draft, base);
    const timer = setTimeout(write, KEPT_AFTER_MS);
    window.addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pagehide", write);
    };
  }, [place, draft, base, isDirty]);
}
