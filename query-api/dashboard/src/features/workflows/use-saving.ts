import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { messageOf, ProblemError } from "@/shared/api/client";
import { useAccount } from "@/shared/session/account";
import { dismissAbout, toast } from "@/shared/ui/toast";
import { useSaveWorkflow, workflowQuery, type Kept, type Workflow } from "./api";
import { conflictOf, type Stored } from "./conflict";
import { read, type Definition } from "./definition";
import { keptWith, refusedOf } from "./faults";
import type { History } from "./history";
import { namedAfter, type Draft } from "./workflow-file";

const UNTITLED = "Untitled workflow";

/** What the canvas began from, as it was stored then. */
export interface Base {
  /** Null of one that is not stored yet. */
  id: string | null;
  name: string;
  version: number | undefined;
  updatedAt: string | undefined;
}

/** What is on the canvas, and which of the bases it was drawn on: steps back may lead to what was drawn on an older one. */
export interface Drawn extends Draft {
  basis?: number;
}

export function baseOf(workflow: Workflow | null): Base {
  return { id: workflow?.id ?? null, name: workflow?.name ?? "", version: workflow?.version, updatedAt: workflow?.updatedAt };
}

export function draftOf(workflow: Workflow): Draft {
  return { name: workflow.name, definition: read(workflow.definition) };
}

/** What was not saved last, and why. */
export interface Failed {
  /** Null if nothing stands against it. */
  error: unknown;
  sent: Definition | undefined;
}

const NOT_FAILED: Failed = { error: null, sent: undefined };

/** What is told of a definition that was refused: once, and no longer than it is so. */
const REFUSED = "a refused workflow";

/** What is on the canvas against what is stored, and how the one becomes the other. */
export function useSaving({
  workflow,
  initial,
  history,
  onMade,
  onLoaded,
  onRefused,
}: {
  workflow: Workflow | null;
  initial: Draft;
  history: History<Drawn>;
  /** What had no id yet has one. */
  onMade: (id: string) => void;
  /** Something else is on the canvas than was. */
  onLoaded: () => void;
  /** There is something to mend, at this node or edge first; null if at none. */
  onRefused: (first: string | null) => void;
}) {
  const queryClient = useQueryClient();
  const save = useSaveWorkflow(useAccount());
  const [saved, setSaved] = useState<Drawn>(initial);
  // What another has stored is one of its own: what was drawn before it was taken is not made from it.
  const [bases, setBases] = useState<readonly Base[]>(() => [baseOf(workflow)]);
  const basis = history.value.basis ?? 0;
  const base = bases[basis]!;
  /** What another has stored since, if that is why it could not be saved. */
  const [conflict, setConflict] = useState<Stored | null>(null);
  /** Whether it is not there any more, if that is why it could not be saved. */
  const [isGone, setGone] = useState(false);
  const [failed, setFailed] = useState(NOT_FAILED);
  const latest = useRef(NOT_FAILED);
  useEffect(() => () => dismissAbout(REFUSED), []);

  const note = (now: Failed) => {
    latest.current = now;
    setFailed(now);
    if (now === NOT_FAILED) {
      dismissAbout(REFUSED);
    }
  };

  const send = async (drawn: Draft, from: Base): Promise<Kept> => {
    const name = drawn.name.trim() || UNTITLED;
    const isNamed = from.id === null || drawn.name !== from.name;
    try {
      return await save.mutateAsync({
        id: from.id,
        definition: drawn.definition,
        baseVersion: from.version,
        ...(isNamed ? { name, baseUpdatedAt: from.updatedAt } : {}),
      });
    } catch (error) {
      const stored = conflictOf(error);
      // Something else of it is newer, such as its status: nothing of what is sent overwrites that.
      if (stored && stored.updatedAt !== from.updatedAt && stored.version === from.version && (stored.name === from.name || stored.name === name)) {
        return send(drawn, { ...from, updatedAt: stored.updatedAt });
      }
      note({ error, sent: drawn.definition });
      throw error;
    }
  };

  const store = async (from = base): Promise<Kept> => {
    const drawn = history.value;
    const kept = await send(drawn, from);
    const { id, name } = kept.workflow;
    const now = name === drawn.name ? drawn : { ...drawn, name };
    if (now !== drawn) {
      // As it is called now; what was drawn since stays.
      history.adjust((on) => (on === drawn ? now : on.name === drawn.name ? { ...on, name } : on));
    }
    setSaved(now);
    setBases((all) => all.with(drawn.basis ?? 0, baseOf(kept.workflow)));
    setConflict(null);
    note(NOT_FAILED);
    if (from.id === null) {
      onMade(id);
    }
    return kept;
  };

  const fail = (error: unknown) => {
    const stored = conflictOf(error);
    const refused = latest.current.error === error ? refusedOf(error, latest.current.sent) : null;
    if (stored) {
      setConflict(stored);
    } else if (base.id !== null && error instanceof ProblemError && error.status === 404) {
      setGone(true);
    } else if (refused) {
      dismissAbout(REFUSED);
      toast(`Not saved. ${refused.text}`, "critical", REFUSED);
      onRefused(refused.first);
    } else {
      toast(messageOf(error), "critical");
    }
  };

  const onSave = async (from = base) => {
    try {
      const kept = await store(from);
      toast(...keptWith("The workflow is saved.", kept.warnings ?? []));
    } catch (error) {
      fail(error);
    }
  };

  /** Puts on the canvas what was made from something else than what is there; a step back leads to that, and to what it was made from. */
  const begin = (draft: Draft, from: Base): Drawn => {
    const begun = { ...draft, basis: bases.length };
    setBases([...bases, from]);
    history.change(() => begun);
    return begun;
  };

  const show = (drawn: Drawn) => {
    setSaved(drawn);
    // What was refused before is not on the canvas any more.
    save.reset();
    note(NOT_FAILED);
    setConflict(null);
    onLoaded();
  };

  /** Puts what is stored on the canvas, whoever has stored it. */
  const loadStored = async (id: string) => {
    const stored = await queryClient.fetchQuery({ ...workflowQuery(id), staleTime: 0 });
    show(begin(draftOf(stored), baseOf(stored)));
  };

  /** As {@link loadStored}, where it was stored from here: nobody else's lies between that and what is on the canvas, unless versions do. */
  const load = (stored: Workflow) => {
    if (stored.version !== (base.version ?? 0) + 1) {
      show(begin(draftOf(stored), baseOf(stored)));
      return;
    }
    const drawn = { ...draftOf(stored), basis };
    history.change(() => drawn);
    setBases(bases.with(basis, baseOf(stored)));
    show(drawn);
  };

  /** @returns the id of the new one, which is told from the other as long as that is there */
  const saveAsNew = async (): Promise<string> => {
    const { name: drawn, definition } = history.value;
    const name = drawn.trim() || UNTITLED;
    try {
      const kept = await save.mutateAsync({ id: null, name: isGone ? name : namedAfter(name, "", " (mine)"), definition });
      setConflict(null);
      setGone(false);
      return kept.workflow.id;
    } catch (error) {
      note({ error, sent: definition });
      throw error;
    }
  };

  return {
    save,
    failed,
    base,
    isDirty: history.value !== saved,
    conflict,
    isGone,
    store,
    fail,
    onSave,
    load,
    loadStored,
    saveAsNew,
    overwrite: (over: Stored) => onSave({ ...base, version: over.version, updatedAt: over.updatedAt }),
    /** What another page, or this one at another time, has drawn from what was stored then. */
    resume: (draft: Draft, from: Base) => void begin(draft, from),
    dismiss: () => {
      setConflict(null);
      setGone(false);
    },
  };
}
