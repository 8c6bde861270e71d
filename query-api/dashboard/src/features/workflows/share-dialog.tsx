import { useQuery } from "@tanstack/react-query";
import { UserPlus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { messageOf, ProblemError } from "@/shared/api/client";
import { useMemberNames, useMemberNamesQuery } from "@/shared/session/members";
import { Button, IconButton } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField, TextField } from "@/shared/ui/field";
import { ChoicesFailure, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { permissionsQuery, useShare, type Grant, type Level, type Share } from "./api-automation";

const LEVELS: Record<Level, { label: string; help: string }> = {
  viewer: { label: "May look", help: "See it and how it ran" },
  runner: { label: "May run", help: "Besides, run and cancel it" },
  editor: { label: "May edit", help: "Besides, change it" },
  admin: { label: "May share", help: "Besides, share and delete it" },
};

/** Whom the workflow is shared with, besides the people of its team. */
export function ShareDialog({ id, isTeam, mayChange, onClose }: { id: string; isTeam: boolean; mayChange: boolean; onClose: () => void }) {
  const { data, error, refetch } = useQuery(permissionsQuery(id));
  // Without them a field for a person's id would stand there, and become a list of people under one's hands.
  const areNamesAwaited = useMemberNamesQuery().isLoading;
  const [userId, setUserId] = useState("");
  return (
    <Dialog
      open
      // What is changed of those it is shared with is saved at once.
      isForm={userId !== ""}
      onClose={onClose}
      title="Share"
      description={isTeam ? "The people of the team may do what their roles allow. Here, single people may do more." : "Nobody else sees it, unless you say so here."}
    >
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : data && !areNamesAwaited ? <Grants id={id} granted={data} mayChange={mayChange} userId={userId} setUserId={setUserId} /> : <Skeleton className="h-32" />}
    </Dialog>
  );
}

function Grants({
  id,
  granted,
  mayChange,
  userId,
  setUserId,
}: {
  id: string;
  granted: Grant[];
  mayChange: boolean;
  /** Who is chosen to be shared with next, or what is typed of them. */
  userId: string;
  setUserId: (userId: string) => void;
}) {
  const names = useMemberNames();
  const people = useMemberNamesQuery();
  const share = useShare(id);
  const [level, setLevel] = useState<Level>("viewer");
  const form = useRef<HTMLFormElement>(null);
  const [shared, setShared] = useState(0);
  // The button that was pressed can be pressed no more until another person is chosen.
  useEffect(() => {
    const at = document.activeElement;
    if (shared > 0 && (at === document.body || form.current?.contains(at))) {
      form.current?.querySelector<HTMLElement>("select, input")?.focus();
    }
  }, [shared]);
  const others = [...names].filter(([member]) => !granted.some((grant) => grant.userId === member));
  const put = (change: (granted: readonly Share[]) => readonly Share[], said: string, onDone?: () => void) =>
    share.mutate(change, {
      onSuccess: () => {
        toast(said);
        setUserId("");
        onDone?.();
      },
    });
  const nameOf = (member: string) => names.get(member) ?? member;
  return (
    <div className="grid gap-4">
      {mayChange && (
        <form
          ref={form}
          className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_9rem_auto] sm:items-end"
          onSubmit={(event) => {
            event.preventDefault();
            const added = { userId: userId.trim(), permissionLevel: level };
            put((before) => [...before.filter((grant) => grant.userId !== added.userId), added], `It is shared with ${nameOf(userId.trim())}.`, () => setShared((before) => before + 1));
          }}
        >
          {others.length > 0 ? (
            <SelectField label="With" autoFocus value={userId} onChange={(event) => setUserId(event.target.value)}>
              <option value="">Choose a person</option>
              {others.map(([member, name]) => (
                <option key={member} value={member}>
                  {name}
                </option>
              ))}
            </SelectField>
          ) : (
            <TextField label="With" autoFocus placeholder="name@example.com" value={userId} onChange={(event) => setUserId(event.target.value)} />
          )}
          <LevelSelect label="Level" value={level} onChange={setLevel} />
          <Button type="submit" kind="primary" busy={share.isPending} disabled={userId.trim() === ""}>
            {!share.isPending && <UserPlus aria-hidden className="size-4" />} Share
          </Button>
        </form>
      )}
      {mayChange && <ChoicesFailure what="The people of the team" query={people} />}
      {share.error && <Note tone="critical">{share.error instanceof ProblemError && share.error.errors.length > 0 ? share.error.withoutFields() : messageOf(share.error)}</Note>}
      {granted.length === 0 ? (
        <p className="text-soft">It is shared with nobody in particular.</p>
      ) : (
        <ul className="divide-y divide-line rounded-lg border border-line" aria-label="Shared with">
          {granted.map((grant) => (
            <li key={grant.userId} data-testid="grant" className="flex items-center gap-2 px-3 py-2">
              <span dir="auto" className="min-w-0 flex-1 truncate text-left font-medium" title={nameOf(grant.userId)}>{nameOf(grant.userId)}</span>
              {mayChange ? (
                <>
                  <LevelSelect
                    label={`What ${nameOf(grant.userId)} may do`}
                    hideLabel
                    value={grant.permissionLevel}
                    onChange={(permissionLevel) =>
                      put(
                        (before) => before.map((one) => (one.userId === grant.userId ? { ...one, permissionLevel } : one)),
                        "It is changed.",
                      )
                    }
                  />
                  <IconButton
                    label={`Stop sharing with ${nameOf(grant.userId)}`}
                    onClick={() =>
                      put(
                        (before) => before.filter((one) => one.userId !== grant.userId),
                        `It is no longer shared with ${nameOf(grant.userId)}.`,
                      )
                    }
                  >
                    <X aria-hidden />
                  </IconButton>
                </>
              ) : (
                <span className="text-soft">{LEVELS[grant.permissionLevel].label}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <dl className="grid gap-1 text-xs text-soft">
        {Object.values(LEVELS).map(({ label, help }) => (
          <div key={label} className="flex gap-2">
            <dt className="w-20 shrink-0 font-medium">{label}</dt>
            <dd>{help}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function LevelSelect({ label, hideLabel = false, value, onChange }: { label: string; hideLabel?: boolean; value: Level; onChange: (level: Level) => void }) {
  return (
    <SelectField label={label} hideLabel={hideLabel} className="w-36" value={value} onChange={(event) => onChange(event.target.value as Level)}>
      {Object.entries(LEVELS).map(([level, { label }]) => (
        <option key={level} value={level}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}
