import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useRef, type ReactNode } from "react";
import { IconButton } from "@/shared/ui/button";
import { useOpener } from "@/shared/ui/opener";
import { Logo } from "./logo";

/** Where the window is too narrow for the navigation to stand beside the page. */
export function SideMenu({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const opener = useOpener(true);
  const isPicked = useRef(false);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45 lg:hidden" />
        <Dialog.Content
          {...opener}
          aria-describedby={undefined}
          // Whoever has picked a page begins at that.
          onClick={(event) => {
            isPicked.current = event.target instanceof Element && event.target.closest("a") !== null;
          }}
          onCloseAutoFocus={(event) => (isPicked.current ? event.preventDefault() : opener.onCloseAutoFocus(event))}
          className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:hidden"
        >
          <div className="flex items-center justify-between px-2 pb-4">
            <Dialog.Title>
              <Logo />
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close the menu">
                <X aria-hidden />
              </IconButton>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
