import { Tooltip } from "radix-ui";
import { useRef, useState, type ReactNode } from "react";

export function HintProvider({ children }: { children: ReactNode }) {
  return <Tooltip.Provider delayDuration={250}>{children}</Tooltip.Provider>;
}

/**
 * Shown on hover, on keyboard focus, and at a tap, which the next one takes away again.
 *
 * @param text worked out once it is shown, if it is a function: a page has hundreds of hints, and few are looked at
 */
export function Hint({ text, children }: { text: ReactNode | (() => ReactNode); children: ReactNode }) {
  const [open, setOpen] = useState(false);
  // A finger that is put down and lifted; null for a mouse, which has shown the hint by being there.
  const tap = useRef<{ wasOpen: boolean }>(null);
  return (
    <Tooltip.Root open={open} onOpenChange={setOpen}>
      <Tooltip.Trigger
        asChild
        onPointerDown={(event) => {
          tap.current = event.pointerType === "touch" ? { wasOpen: open } : null;
        }}
        onClick={() => {
          if (tap.current && !tap.current.wasOpen) {
            // The trigger hides its hint at every click, after this.
            queueMicrotask(() => setOpen(true));
          }
          tap.current = null;
        }}
      >
        {children}
      </Tooltip.Trigger>
      {open && (
        <Tooltip.Portal>
          <Tooltip.Content
            sideOffset={5}
            collisionPadding={8}
            className="z-50 max-w-72 rounded-lg bg-ink px-2.5 py-1.5 text-xs text-page shadow-pop figures"
          >
            {typeof text === "function" ? text() : text}
          </Tooltip.Content>
        </Tooltip.Portal>
      )}
    </Tooltip.Root>
  );
}
