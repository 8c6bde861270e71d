import { useId, type ReactNode } from "react";
import { messageOf } from "@/shared/api/client";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Note } from "./layout";

/** A form over the page: sent by its button or by Enter, left by Cancel or Escape. What is wrong is said below its fields. */
export function FormDialog({
  title,
  description,
  submit,
  busy,
  disabled = false,
  error,
  columns = false,
  secret = false,
  isCheckedByItself = false,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  description?: ReactNode;
  /** What the button says. */
  submit: string;
  busy: boolean;
  disabled?: boolean;
  /** Why it could not be sent; null if nothing is wrong, or if the fields say it. */
  error: unknown;
  /** Two fields beside each other, where there is room. */
  columns?: boolean;
  /** What is put in is not for the browser to remember. */
  secret?: boolean;
  /** Whether its fields say what is wrong with them, all at once: the browser says one at a time. */
  isCheckedByItself?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Dialog
      open
      isForm
      onClose={onClose}
      title={title}
      {...(description ? { description } : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={id} busy={busy} disabled={disabled}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate={isCheckedByItself}
        autoComplete={secret ? "off" : "on"}
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) {
            onSubmit();
          }
        }}
      >
        {columns ? <div className="grid gap-4 sm:grid-cols-2">{children}</div> : children}
        {error !== null && error !== undefined && <Note tone="critical">{messageOf(error)}</Note>}
      </form>
    </Dialog>
  );
}
