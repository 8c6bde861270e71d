import { clsx } from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useRef, useState, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { OnCopied } from "./once";
import { useOpener } from "./opener";

/**
 * Closes on Escape and gives the focus back to what opened it. What is within it and has `autoFocus` has the focus first.
 *
 * @param isOnce whether it holds what is never shown again: it begins at what copies that, a click beside it does not take it
 *     away, and who leaves it by Escape or its cross before that was copied is asked
 * @param isForm whether something is put in: it begins at its first field, and once it is, a click beside it does not take that away either
 */
export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  wide = false,
  isOnce = false,
  isForm = false,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  isOnce?: boolean;
  isForm?: boolean;
}) {
  const isTouched = useRef(false);
  const touch = () => {
    isTouched.current = true;
  };
  const isCopied = useRef(false);
  const [isAsked, setAsked] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const opener = useOpener(open);
  const stay = () => {
    setAsked(false);
    if (body.current) {
      begin(body.current);
    }
  };
  const leave = () => {
    if (isAsked) {
      stay();
    } else if (isOnce && !isCopied.current) {
      setAsked(true);
    } else {
      onClose();
    }
  };
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && leave()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          {...opener}
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            if ((isForm || isOnce) && body.current && begin(body.current)) {
              event.preventDefault();
            }
          }}
          onInteractOutside={(event) => {
            // A message over it is put away without it, and is gone from the page by now.
            if (isOnce || (isForm && isTouched.current) || (event.target instanceof Element && event.target.closest("[data-toast]"))) {
              event.preventDefault();
            }
          }}
          className={clsx(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[92dvh] w-[calc(100vw-1.5rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-2xl border border-line bg-raised shadow-pop",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <div className="flex items-start justify-between gap-3 px-5 pt-4">
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold wrap-break-word">{title}</Radix.Title>
              {description && <Radix.Description className="mt-0.5 wrap-break-word text-soft">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-2">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </div>
          {/* What is put in by a button, such as another row, changes no field. */}
          <div
            ref={body}
            className="min-h-0 overflow-y-auto px-5 py-4"
            onChange={touch}
            onClick={(event) => event.target instanceof Element && event.target.closest("button") && touch()}
          >
            <OnCopied
              value={() => {
                isCopied.current = true;
                setAsked(false);
              }}
            >
              {children}
            </OnCopied>
          </div>
          {isAsked ? (
            <div role="alert" className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">
              <p className="flex-1 basis-48 text-warning">It is not copied yet, and is never shown again.</p>
              <Button autoFocus onClick={stay}>
                Back to it
              </Button>
              <Button kind="danger" onClick={onClose}>
                Close all the same
              </Button>
            </div>
          ) : (
            footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** In this order: what can be filled in, or one of several to be filled in; what can only be read; what can be pressed. */
const FIRST = [
  "input:not([type=hidden], [type=radio], [readonly], [hidden]), input[type=radio]:checked, select, textarea:not([readonly]), [role=tab][aria-selected=true]",
  "input:not([type=hidden], [hidden]), textarea",
  "button, [href], [tabindex]",
];

/** @returns whether there is something to begin at */
function begin(body: HTMLElement): boolean {
  return FIRST.some((kind) =>
    [...body.querySelectorAll<HTMLElement>(kind)].some((one) => {
      // What is disabled does not take it.
      one.focus({ preventScroll: true });
      const isTaken = document.activeElement === one;
      if (isTaken && one instanceof HTMLInputElement) {
        one.select();
      }
      return isTaken;
    }),
  );
}
