import { useEffect, type RefObject } from "react";
import { beginAt } from "@/shared/ui/place";

/** Whoever knows better where the focus goes, as a dialog that closes, has said so by then. */
const SETTLED_MS = 100;

/** Where what is chosen goes on from its neighbour by itself. */
const CANVAS = ".react-flow";

/**
 * A link of a page goes with the page, and a button of a row with the row: whoever goes by keyboard begins at what it stood in then, or
 * else at the content, and not at the top of the window again.
 */
export function usePlace(content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: readonly Element[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const remember = (event: FocusEvent) => {
      last = event.composedPath().filter((one) => one instanceof Element);
    };
    // A click beside everything has left it.
    const forget = () => {
      last = [];
    };
    const observer = new MutationObserver(() => {
      const [gone, ...around] = last;
      if (!gone || gone.isConnected) {
        return;
      }
      last = [];
      if (around.some((one) => one.matches(CANVAS))) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.activeElement === document.body) {
          beginAt(around, content.current);
        }
      }, SETTLED_MS);
    });
    document.addEventListener("focusin", remember, { capture: true });
    document.addEventListener("pointerdown", forget, { capture: true });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("focusin", remember, { capture: true });
      document.removeEventListener("pointerdown", forget, { capture: true });
    };
  }, [content]);
}
