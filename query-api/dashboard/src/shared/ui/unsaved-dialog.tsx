import { Button } from "./button";
import { Dialog } from "./dialog";

/**
 * Asks before changes are lost, and begins at the button that keeps them.
 *
 * @param what has them, such as "This workflow has"
 */
export function UnsavedDialog({ title, what, action, onStay, onLose }: { title: string; what: string; action: string; onStay: () => void; onLose: () => void }) {
  return (
    <Dialog
      open
      onClose={onStay}
      title={title}
      footer={
        <>
          <Button autoFocus kind="primary" onClick={onStay}>
            Stay
          </Button>
          <Button kind="danger" onClick={onLose}>
            {action}
          </Button>
        </>
      }
    >
      <p className="text-soft">{what} changes that are not saved. They would be lost.</p>
    </Dialog>
  );
}
