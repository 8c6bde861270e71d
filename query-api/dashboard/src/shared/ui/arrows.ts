import { useEffect, useRef, type FocusEvent, type KeyboardEvent, type RefObject } from "react";

const AMOUNT = "[data-nano-usd]";

/**
 * Makes the amounts of a table one stop of the tab key: from there the arrows lead up and down a column, and to the amounts before
 * and after. So a table of a thousand rows is passed as quickly as one of two.
 */
export function useArrows(): { ref: RefObject<HTMLTableElement | null>; onFocus: (event: FocusEvent) => void; onKeyDown: (event: KeyboardEvent) => void } {
  const ref = useRef<HTMLTableElement>(null);
  // Rows come and go: whenever the stop went with one, the first amount is it. With the next frame, which lays the page out anyway: asked
  // at once, each table that is drawn would have it laid out once more.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const amounts = all(ref.current);
      if (!amounts.some((amount) => amount.tabIndex === 0 && isVisible(amount))) {
        amounts.find(isVisible)?.setAttribute("tabindex", "0");
      }
    });
    return () => cancelAnimationFrame(frame);
  });
  return {
    ref,
    onFocus: ({ target }) => {
      if (target.matches(AMOUNT)) {
        all(ref.current).forEach((amount) => amount.setAttribute("tabindex", amount === target ? "0" : "-1"));
      }
    },
    onKeyDown: (event) => {
      const to = event.target instanceof HTMLElement && event.target.matches(AMOUNT) ? next(all(ref.current).filter(isVisible), event.target, event.key) : undefined;
      if (to) {
        event.preventDefault();
        to.focus();
      }
    },
  };
}

function all(table: HTMLElement | null): HTMLElement[] {
  return [...(table?.querySelectorAll<HTMLElement>(AMOUNT) ?? [])];
}

/** Those of columns that the width has no place for are not. Not every browser can tell. */
function isVisible(amount: HTMLElement): boolean {
  return amount.checkVisibility?.() ?? true;
}

function next(amounts: HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  switch (key) {
    case "ArrowDown":
    case "ArrowUp": {
      const column = amounts.filter((amount) => columnOf(amount) === columnOf(from));
      return column[column.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
    }
    case "ArrowRight":
      return amounts[amounts.indexOf(from) + 1];
    case "ArrowLeft":
      return amounts[amounts.indexOf(from) - 1];
    default:
      return undefined;
  }
}

function columnOf(amount: HTMLElement): number {
  return amount.closest<HTMLTableCellElement>("td, th")?.cellIndex ?? 0;
}
