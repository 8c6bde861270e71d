import { useEffect, type RefObject } from "react";

/** Whoever knows better where the focus goes, as a dialog that closes, has said so by then. */
const SETTLED_MS = 100;

/**
 * A link of a page goes with the page, and a button of a row with the row: whoever goes by keyboard begins at the content then, and not
 * at the top of the window again.
 */
export function usePlace(content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: EventTarget | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const remember = (event: FocusEvent) => {
      last = event.target;
    };
    // A click beside everything has left it.
    const forget = () => {
      last = null;
    };
    const observer = new MutationObserver(() => {
      if (!(last instanceof Node) || last.isConnected) {
        return;
      }
      last = null;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.activeElement === document.body) {
          // Where the page is scrolled to is the router's to say.
          content.current?.focus({ preventScroll: true });
        }
      }, SETTLED_MS);
    });
    document.addEventListener("focusin", remember);
    document.addEventListener("pointerdown", forget, { capture: true });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget, { capture: true });
    };
  }, [content]);
}
