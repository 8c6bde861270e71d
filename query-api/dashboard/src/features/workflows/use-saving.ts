import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { useAccount } from "@/shared/session/account";
import { toast } from "@/shared/ui/toast";
import { useSaveWorkflow, workflowQuery, type Kept, type Workflow } from "./api";
import { conflictOf, type Stored } from "./conflict";
import { read } from "./definition";
import { keptWith } from "./faults";
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

export function baseOf(workflow: Workflow | null): Base {
  return { id: workflow?.id ?? null, name: workflow?.name ?? "", version: workflow?.version, updatedAt: workflow?.updatedAt };
}

export function draftOf(workflow: Workflow): Draft {
  return { name: workflow.name, definition: read(workflow.definition) };
}

/** What is on the canvas against what is stored, and how the one becomes the other. */
export function useSaving({
  workflow,
  initial,
  history,
  onMade,
  onLoaded,
}: {
  workflow: Workflow | null;
  initial: Draft;
  history: History<Draft>;
  /** What had no id yet has one. */
  onMade: (id: string) => void;
  /** Something else is on the canvas than was. */
  onLoaded: () => void;
}) {
  const queryClient = useQueryClient();
  const save = useSaveWorkflow(useAccount());
  const [saved, setSaved] = useState(initial);
  const [base, setBase] = useState(() => baseOf(workflow));
  /** What another has stored since, if that is why it could not be saved. */
  const [conflict, setConflict] = useState<Stored | null>(null);

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
    setBase(baseOf(kept.workflow));
    setConflict(null);
    if (from.id === null) {
      onMade(id);
    }
    return kept;
  };

  const fail = (error: unknown) => {
    const stored = conflictOf(error);
    if (stored) {
      setConflict(stored);
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

  /** Puts what is stored on the canvas; a step back leads to what was there. */
  const load = (stored: Workflow) => {
    const draft = draftOf(stored);
    history.change(() => draft);
    setSaved(draft);
    // What was refused before is not on the canvas any more.
    save.reset();
    setBase(baseOf(stored));
    setConflict(null);
    onLoaded();
  };

  const loadStored = async (id: string) => load(await queryClient.fetchQuery({ ...workflowQuery(id), staleTime: 0 }));

  /** @returns the id of the new one */
  const saveAsNew = async (): Promise<string> => {
    const { name, definition } = history.value;
    const kept = await save.mutateAsync({ id: null, name: namedAfter(name.trim() || UNTITLED, "", " (mine)"), definition });
    setConflict(null);
    return kept.workflow.id;
  };

  return {
    save,
    base,
    isDirty: history.value !== saved,
    conflict,
    store,
    fail,
    onSave,
    load,
    loadStored,
    saveAsNew,
    overwrite: (over: Stored) => onSave({ ...base, version: over.version, updatedAt: over.updatedAt }),
    /** What another page, or this one at another time, has drawn from what was stored then. */
    resume: (draft: Draft, from: Base) => {
      history.change(() => draft);
      setBase(from);
    },
    dismiss: () => setConflict(null),
  };
}
