import { browserZone, formatDateTime } from "@/shared/format/time";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Note } from "@/shared/ui/layout";
import type { Unsaved } from "./draft";

/** On opening a workflow of which this browser has kept changes: whether they are gone on with. To close it is to decide later. */
export function DraftDialog({
  unsaved,
  version,
  onRestore,
  onDiscard,
  onClose,
}: {
  unsaved: Unsaved;
  /** That is stored now. */
  version: number | undefined;
  onRestore: () => void;
  onDiscard: () => void;
  onClose: () => void;
}) {
  const isOlder = version !== unsaved.base.version;
  return (
    <Dialog
      open
      onClose={onClose}
      title="You have unsaved changes"
      description={`From ${formatDateTime(unsaved.at, browserZone())}, kept in this browser.`}
      footer={
        <>
          <Button kind="danger" onClick={onDiscard}>
            Discard
          </Button>
          <Button autoFocus kind="primary" onClick={onRestore}>
            Restore
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <p className="text-soft">Restored, they are on the canvas and are not saved yet. Discarded, they are gone.</p>
        {isOlder && unsaved.base.version !== undefined && (
          <Note tone="warning">
            They were made from version {unsaved.base.version}; version {version} was saved since. When you save them, you choose what becomes of both.
          </Note>
        )}
        {unsaved.isReduced && <Note tone="warning">Values of headers or parameters that look like credentials were not kept. Put them into a secret, and its name into the template.</Note>}
      </div>
    </Dialog>
  );
}
