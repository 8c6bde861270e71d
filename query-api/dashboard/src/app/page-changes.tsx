import { useEffect, useState } from "react";
import { onPageTitle } from "@/shared/ui/title";

/** A page that is still loading takes a more telling title a moment later; that one is read out, and not both. */
const SETTLED_MS = 500;

/**
 * Reads out which page is there after one has gone to another. A browser does so by itself for a page that it loads, which is the first
 * one only.
 */
export function PageChanges() {
  const [title, setTitle] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onPageTitle((next) => {
      clearTimeout(timer);
      timer = setTimeout(() => setTitle(next), SETTLED_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <p aria-live="polite" className="sr-only" data-testid="page-change">
      {title}
    </p>
  );
}
