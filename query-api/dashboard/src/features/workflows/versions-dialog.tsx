import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { formatDateTime } from "@/shared/format/time";
import { useMemberNames } from "@/shared/session/members";
import { useUser } from "@/shared/session/session";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField } from "@/shared/ui/field";
import { Badge, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import type { Workflow } from "./api";
import { diffQuery, useRestore, versionsQuery, type Version } from "./api-automation";
import { authorOf } from "./author";
import { ChangeList } from "./change-list";
import { conflictOf } from "./conflict";
import { linesOf } from "./diff";

/** What the workflow was, what changed from one version to another, and back again. */
export function VersionsDialog({
  id,
  zone,
  readOnly,
  isDirty,
  base,
  onRestored,
  onClose,
}: {
  id: string;
  zone: string;
  readOnly: boolean;
  /** Whether there is something on the canvas that is not saved. */
  isDirty: boolean;
  /** The version that the canvas began from: going back from it does not undo unseen what another has saved since. */
  base: number | undefined;
  onRestored: (workflow: Workflow) => void;
  onClose: () => void;
}) {
  const { data, error, refetch } = useQuery(versionsQuery(id));
  const [picked, setPicked] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const [isAsked, setAsked] = useState(false);
  const names = useMemberNames();
  const user = useUser();
  const restore = useRestore(id);
  const later = conflictOf(restore.error);
  const shown = data?.find((version) => version.version === picked) ?? data?.[0];
  // The one before; of the first, the one after.
  const beside = (shown?.version ?? 1) > 1 ? shown!.version - 1 : 2;
  const compared = from !== null && from !== shown?.version ? from : beside;
  const bringBack = (version: number) =>
    restore.mutate(
      { version, baseVersion: later?.version ?? base },
      {
        onSuccess: (workflow) => {
          toast(`Version ${version} is back, as version ${workflow.version}.`);
          onRestored(workflow);
        },
        onError: (failure) => {
          if (conflictOf(failure)) {
            void refetch();
          } else {
            toast(messageOf(failure), "critical");
          }
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title="Versions"
      description="Each save that changed the definition. Going back makes a new version; nothing is lost."
      footer={
        shown &&
        !shown.current &&
        !readOnly && (
          <>
            {later ? (
              <p role="alert" className="flex-1 basis-56 text-warning">
                Version {later.version} was saved meanwhile, by {authorOf(later.savedBy, user.id, names)}. Nothing was restored. It stays among the versions if you restore this one.
              </p>
            ) : (
              isAsked && (
                <p role="alert" className="flex-1 basis-56 text-warning">
                  What you changed is not saved, and leaves the canvas. Undo brings it back.
                </p>
              )
            )}
            {(isAsked || later) && <Button onClick={onClose}>Go on editing</Button>}
            <Button kind="primary" busy={restore.isPending} onClick={() => (isDirty && !isAsked ? setAsked(true) : bringBack(shown.version))}>
              {isAsked || later ? "Restore all the same" : `Restore version ${shown.version}`}
            </Button>
          </>
        )
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data || !shown ? (
        <Skeleton className="h-56" />
      ) : (
        <div className="grid gap-4 sm:grid-cols-[13rem_minmax(0,1fr)]">
          <ul className="grid max-h-96 content-start gap-1 overflow-y-auto" aria-label="Versions">
            {data.map((version) => (
              <VersionRow
                key={version.version}
                version={version}
                zone={zone}
                isShown={version.version === shown.version}
                onPick={() => {
                  setPicked(version.version);
                  setFrom(null);
                  setAsked(false);
                }}
              />
            ))}
          </ul>
          <div className="min-w-0">
            {data.length < 2 ? (
              <Note>This is where it began.</Note>
            ) : (
              <div className="grid gap-3">
                <SelectField label="Compared with" value={compared} onChange={(event) => setFrom(Number(event.target.value))}>
                  {data
                    .filter((version) => version.version !== shown.version)
                    .map((version) => (
                      <option key={version.version} value={version.version}>
                        Version {version.version}
                      </option>
                    ))}
                </SelectField>
                <Changes id={id} version={shown.version} from={compared} />
              </div>
            )}
          </div>
        </div>
      )}
    </Dialog>
  );
}

function VersionRow({ version, zone, isShown, onPick }: { version: Version; zone: string; isShown: boolean; onPick: () => void }) {
  const names = useMemberNames();
  const user = useUser();
  return (
    <li>
      <button
        type="button"
        data-testid="version"
        aria-pressed={isShown}
        onClick={onPick}
        className={clsx("w-full rounded-lg border px-3 py-2 text-left", isShown ? "border-accent bg-accent-wash" : "border-transparent hover:bg-line/50")}
      >
        <span className="flex items-center justify-between gap-2">
          <span className="font-medium">Version {version.version}</span>
          {version.current && <Badge tone="accent">Current</Badge>}
        </span>
        <span className="block text-xs text-soft">{formatDateTime(version.createdAt, zone)}</span>
        <span className="block text-xs wrap-anywhere text-soft">
          {version.note ? `${version.note} · ` : ""}by {authorOf(version.author, user.id, names)}
        </span>
      </button>
    </li>
  );
}

function Changes({ id, version, from }: { id: string; version: number; from: number }) {
  const { data, error, refetch } = useQuery(diffQuery(id, version, from));
  if (error) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton className="h-32" />;
  }
  return <ChangeList lines={linesOf(data)} />;
}
