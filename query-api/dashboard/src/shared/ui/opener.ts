import { useCallback, useLayoutEffect, useRef, type RefCallback } from "react";
import { beginAt } from "./place";

/** Something that had the focus, and what was around it, from the nearest on: what is gone no longer says where it was. */
type Trail = readonly Element[];

/** Of what had the focus last. The document has none while a menu closes, or for whoever clicked beside everything. */
let last: Trail = trailOf(document.activeElement);

document.addEventListener(
  "focusin",
  (event) => {
    last = event.composedPath().filter((one) => one instanceof Element);
  },
  { capture: true },
);

/** What each of the dialogs that are, or were, open was opened from. */
const openers = new WeakMap<Element, Trail>();

/**
 * For a dialog that is opened by what it is told, and has no button of its own to go back to: remembers what had the focus when it was
 * opened, or the button of the menu that it was chosen in, and gives it back. If that is gone, the focus goes to what it stood in, or to
 * what opened the dialog that it stood in.
 */
export function useOpener(open: boolean): { ref: RefCallback<Element>; onCloseAutoFocus: (event: Event) => void } {
  const opener = useRef<Trail>([]);
  // Before what is in it is there, which may take the focus as it comes.
  useLayoutEffect(() => {
    if (open) {
      opener.current = opened();
    }
  }, [open]);
  return {
    ref: useCallback((dialog: Element | null) => {
      if (dialog) {
        openers.set(dialog, opener.current);
      }
    }, []),
    onCloseAutoFocus: useCallback((event: Event) => {
      event.preventDefault();
      if (!isFocusTaken()) {
        giveBack(opener.current);
      }
    }, []),
  };
}

/** Whether something has the focus by the time that what had it has closed, such as the dialog that was opened from it: that keeps it. */
export function isFocusTaken(): boolean {
  return document.activeElement !== document.body;
}

/** A menu goes once something is chosen in it, and its button stays. */
function opened(): Trail {
  const menu = last.find((one) => one.matches('[role="menu"]'));
  const button = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "");
  return button ? trailOf(button) : last;
}

function trailOf(element: Element | null): Trail {
  const trail: Element[] = [];
  for (let one = element; one; one = one.parentElement) {
    trail.push(one);
  }
  return trail;
}

function giveBack(opener: Trail): void {
  const trails = throughDialogs(opener);
  const isTaken = trails.some(([one]) => {
    if (one instanceof HTMLElement && one !== document.body) {
      one.focus();
    }
    return one === document.activeElement;
  });
  if (!isTaken) {
    beginAt(trails.flat(), document.querySelector("main"));
  }
}

/** From a dialog that is gone by now on to what had opened that. */
function throughDialogs(opener: Trail): Trail[] {
  const dialog = opener.find((one) => openers.has(one));
  return [opener, ...(dialog ? throughDialogs(openers.get(dialog)!) : [])];
}
