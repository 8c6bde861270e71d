import { useMatches } from "@tanstack/react-router";
import { useEffect, useRef, type RefObject } from "react";

/** A link of a page goes with the page: whoever followed it by keyboard begins at the new page, and not at the top of the window again. */
export function useArrival(content: RefObject<HTMLElement | null>): void {
  // Of what is on the page, which changes once the next is there, and not as soon as it is asked for.
  const path = useMatches({ select: (matches) => matches.at(-1)?.pathname });
  const before = useRef(path);
  useEffect(() => {
    const isArrival = before.current !== undefined && before.current !== path;
    before.current = path;
    if (isArrival && document.activeElement === document.body) {
      // Where the page is scrolled to is the router's to say.
      content.current?.focus({ preventScroll: true });
    }
  }, [path, content]);
}
