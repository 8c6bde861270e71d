import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { browserZone, formatDateTime } from "@/shared/format/time";
import { useMemberNames } from "@/shared/session/members";
import { useUser } from "@/shared/session/session";
import { Button } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { CopyButton } from "@/shared/ui/copy";
import { Dialog } from "@/shared/ui/dialog";
import { Failure, Skeleton } from "@/shared/ui/layout";
import { versionQuery } from "./api-automation";
import { authorOf } from "./author";
import { ChangeList } from "./change-list";
import type { Stored } from "./conflict";
import { read, toSave } from "./definition";
import { diffOf, linesOf, type Line } from "./diff";
import type { Base } from "./use-saving";
import { textOf, type Draft } from "./workflow-file";

/** What to do where another has saved since, and what is here would overwrite that. Nothing is done unless it is chosen. */
export function ConflictDialog({
  stored,
  mine,
  base,
  isSaving,
  onOverwrite,
  onLoad,
  onSaveAsNew,
  onClose,
}: {
  stored: Stored;
  mine: Draft;
  /** What mine began from. */
  base: Base & { id: string };
  isSaving: boolean;
  onOverwrite: () => void;
  onLoad: () => Promise<void>;
  /** Null for whoever may make no workflow here. */
  onSaveAsNew: (() => void) | null;
  onClose: () => void;
}) {
  const [isLeaving, setIsLeaving] = useState(false);
  const load = useMutation({ mutationFn: (_: null) => onLoad() });
  const isVersion = stored.version !== base.version;
  return (
    <>
      <Dialog
        open
        onClose={onClose}
        wide
        title={isVersion ? `Version ${stored.version} was saved meanwhile` : "It was changed meanwhile"}
        description={<Told stored={stored} isVersion={isVersion} />}
        footer={
          <>
            <Button autoFocus onClick={onClose}>
              Go on editing
            </Button>
            <Button kind="danger" onClick={() => setIsLeaving(true)}>
              Take what is stored …
            </Button>
            {onSaveAsNew && (
              <Button busy={isSaving} onClick={onSaveAsNew}>
                Save mine as a new workflow
              </Button>
            )}
            <Button kind="primary" busy={isSaving} onClick={onOverwrite}>
              {isVersion ? `Save mine as version ${stored.version + 1}` : "Save mine all the same"}
            </Button>
          </>
        }
      >
        <section className="grid gap-3">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h3 className="font-medium">What saving yours would change</h3>
            <CopyButton label="Copy mine as JSON" text={textOf(mine)} />
          </div>
          <Differences stored={stored} mine={mine} base={base} />
        </section>
      </Dialog>
      {isLeaving && (
        <ConfirmDialog
          title={isVersion ? `Take version ${stored.version}?` : "Take what is stored?"}
          change={load}
          of={null}
          action="Take it"
          keep="Keep mine"
          onClose={() => setIsLeaving(false)}
        >
          What you have changed here leaves the canvas. Undo brings it back as long as this page is open, and to save it then asks again.
        </ConfirmDialog>
      )}
    </>
  );
}

function Told({ stored, isVersion }: { stored: Stored; isVersion: boolean }) {
  const names = useMemberNames();
  const user = useUser();
  const zone = browserZone();
  return isVersion ? (
    <>
      By {authorOf(stored.savedBy, user.id, names)}, {formatDateTime(stored.savedAt ?? stored.updatedAt, zone)}. What you have here is not saved, and nothing of it is lost.
    </>
  ) : (
    <>
      On {formatDateTime(stored.updatedAt, zone)} it was given the name “{stored.name}”. What you have here is not saved, and nothing of it is lost.
    </>
  );
}

function Differences({ stored, mine, base }: { stored: Stored; mine: Draft; base: Base & { id: string } }) {
  const { data, error, refetch } = useQuery(versionQuery(base.id, stored.version));
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-32" />;
  }
  return <ChangeList lines={[...renamed(stored, mine, base), ...linesOf(diffOf(toSave(read(data)), toSave(mine.definition)))]} />;
}

/** A name that was not changed here is not sent: the other one stays. */
function renamed(stored: Stored, mine: Draft, base: Base): Line[] {
  return mine.name === base.name || mine.name === stored.name
    ? []
    : [{ kind: "changed", what: "The workflow", details: [{ field: "name", before: stored.name, after: mine.name }] }];
}
