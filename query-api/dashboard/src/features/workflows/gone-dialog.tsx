import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Dialog } from "@/shared/ui/dialog";
import { textOf, type Draft } from "./workflow-file";

/** What to do with what is on the canvas of a workflow that is not there any more. */
export function GoneDialog({
  mine,
  isSaving,
  onSaveAsNew,
  onClose,
}: {
  mine: Draft;
  isSaving: boolean;
  /** Null for whoever may make no workflow here. */
  onSaveAsNew: (() => void) | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="This workflow is not there any more"
      description="It was deleted meanwhile, or is not shared with you any more. What you have here is not saved, and nothing of it is lost as long as this page is open."
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            Go on editing
          </Button>
          {onSaveAsNew && (
            <Button kind="primary" busy={isSaving} onClick={onSaveAsNew}>
              Save as a new workflow
            </Button>
          )}
        </>
      }
    >
      <CopyButton label="Copy it as JSON" text={textOf(mine)} />
    </Dialog>
  );
}
