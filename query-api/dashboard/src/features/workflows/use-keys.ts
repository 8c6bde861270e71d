import { useEffect, useRef } from "react";

/** Keys with Control or Command, unless someone is writing. */
export function useKeys(keys: Record<string, () => void>) {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const isWriting = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
      if (!(event.ctrlKey || event.metaKey) || (isWriting && event.key !== "s") || target.closest('[role="dialog"]')) {
        return;
      }
      // Text that is marked beside the canvas is what is to be copied.
      if (event.key.toLowerCase() === "c" && window.getSelection()?.isCollapsed === false) {
        return;
      }
      const action = latest.current[`${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`];
      if (action) {
        event.preventDefault();
        action();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
