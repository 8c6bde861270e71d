import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";

/**
 * Over the page of whoever was here before someone else has signed in, in another tab of the browser. What they have not saved they can
 * still read; the server takes nothing more from the page.
 *
 * @param told who is there now, as the server says it
 */
export function OtherPerson({ told, onClose }: { told: string; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Someone else has signed in"
      description={told}
      footer={
        <>
          <Button onClick={onClose}>Look at the page</Button>
          <Button autoFocus kind="primary" onClick={() => location.reload()}>
            Load it again
          </Button>
        </>
      }
    >
      <p className="text-soft">Nothing of what is on this page can be saved any more. If it is yours, copy what you need before you load it again.</p>
    </Dialog>
  );
}
