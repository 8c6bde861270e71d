import type { ReactNode } from "react";
import { messageOf } from "@/shared/api/client";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Note } from "./layout";
import { toast } from "./toast";

/** What is done once it is confirmed; a mutation is one. */
interface Change<T> {
  mutate: (of: T, options: { onSuccess: () => void }) => void;
  isPending: boolean;
  error: unknown;
}

/** Asks before something is done that cannot be taken back, and begins at the button that does not do it. Stays, with the reason, if it could not be done. */
export function ConfirmDialog<T>({
  title,
  change,
  of,
  action = "Delete",
  keep = "Keep it",
  done,
  onClose,
  children,
}: {
  title: string;
  change: Change<T>;
  of: T;
  action?: string;
  keep?: string;
  /** Said once it is done. */
  done?: string;
  onClose: () => void;
  /** What follows from it. */
  children: ReactNode;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            {keep}
          </Button>
          <Button
            kind="danger"
            busy={change.isPending}
            onClick={() =>
              change.mutate(of, {
                onSuccess: () => {
                  if (done) {
                    toast(done);
                  }
                  onClose();
                },
              })
            }
          >
            {action}
          </Button>
        </>
      }
    >
      <p className="text-soft">{children}</p>
      {change.error !== null && (
        <div className="mt-3">
          <Note tone="critical">{messageOf(change.error)}</Note>
        </div>
      )}
    </Dialog>
  );
}
