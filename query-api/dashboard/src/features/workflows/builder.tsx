import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { messageOf } from "@/shared/api/client";
import { browserZone } from "@/shared/format/time";
import { useAccount } from "@/shared/session/account";
import { dropDraft, placeOf } from "@/shared/session/drafts";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { LeaveDialog } from "@/shared/ui/leave-dialog";
import { toast } from "@/shared/ui/toast";
import { AboutDialog } from "./about-dialog";
import { useTrigger, warningsQuery, workflowQuery, type NodeExecution, type Workflow } from "./api";
import { useChangeWorkflow } from "./api-automation";
import { Canvas } from "./canvas";
import { conflictOf, type Stored } from "./conflict";
import { ConflictDialog } from "./conflict-dialog";
import { copiedFor, keepCopied } from "./copied";
import { addNode, EMPTY, paste, type Definition, type NodeType } from "./definition";
import { dropOwn, keep, unsavedAt } from "./draft";
import { DraftDialog } from "./draft-dialog";
import { ExecutionPanel } from "./execution-panel";
import { faultsOf, valueFaultsOf, type Warning } from "./faults";
import { GoneDialog } from "./gone-dialog";
import { useHistory } from "./history";
import { JsonDialog } from "./json-dialog";
import { layout } from "./layout";
import { neededOf } from "./needed";
import { Palette } from "./palette";
import { Properties } from "./properties";
import { RunDialog } from "./run-dialog";
import { ShareDialog } from "./share-dialog";
import { SidePanel, titleOf } from "./side-panel";
import type { SetStatus } from "./status";
import { Toolbar, type Dialog } from "./toolbar";
import { TriggersDialog } from "./triggers-dialog";
import { useExecution } from "./use-execution";
import { useKeptDraft } from "./use-kept-draft";
import { useKeys } from "./use-keys";
import { draftOf, useSaving, type Drawn } from "./use-saving";
import { VersionsDialog } from "./versions-dialog";
import { copyOf, download, downloadFrom, fileName, readFile, type Draft } from "./workflow-file";

function inStatus(status: SetStatus): string {
  return `The workflow is ${status === "draft" ? "a draft" : status}.`;
}

const NO_RUNS: readonly NodeExecution[] = [];

const NO_WARNINGS: readonly Warning[] = [];

/**
 * The canvas with everything around it.
 *
 * @param workflow null of one that is not stored yet
 * @param copied what that begins as a copy of, if it does
 */
export function Builder({ workflow, copied = null, onMade }: { workflow: Workflow | null; copied?: Workflow | null; onMade: (id: string) => void }) {
  const account = useAccount();
  const navigate = useNavigate();
  const initial = useMemo<Draft>(() => (workflow ? draftOf(workflow) : { name: "Untitled workflow", definition: EMPTY }), [workflow]);
  // Of a copy nothing is stored, so that all of it is still to be saved.
  const [begun] = useState(() => (copied ? copyOf(draftOf(copied)) : initial));
  const history = useHistory<Drawn>(begun);
  const { name, definition } = history.value;
  const [picked, setSelected] = useState<ReadonlySet<string>>(new Set());
  // What was deleted, or taken back, is not chosen any more.
  const selected = useMemo(() => {
    const there = new Set([...definition.nodes, ...definition.edges].map(({ id }) => id));
    const left = [...picked].filter((id) => there.has(id));
    return left.length === picked.size ? picked : new Set(left);
  }, [picked, definition]);
  const [led, setLed] = useState(0);
  const [arranged, setArranged] = useState(0);
  const [refusals, setRefusals] = useState(0);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [executionId, setExecutionId] = useState<string | null>(null);
  const [drawn, setDrawn] = useState(0);
  const [isStarting, setIsStarting] = useState(false);
  const canvas = useRef<HTMLDivElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const execution = useExecution(executionId);
  const saving = useSaving({
    workflow,
    initial,
    history,
    onMade,
    onLoaded: () => {
      setSelected(new Set());
      setDialog(null);
    },
    onRefused: (first) => {
      setSelected(new Set(first === null ? [] : [first]));
      setRefusals((before) => before + 1);
    },
  });
  const { save, failed, base, isDirty, conflict } = saving;
  const start = useTrigger();
  const record = useQuery({ ...workflowQuery(base.id ?? ""), enabled: base.id !== null }).data;
  const change = useChangeWorkflow(base.id ?? "", record);
  const anyway = useChangeWorkflow(base.id ?? "", record);
  /** A status that was to be set where another has set one since. */
  const [contested, setContested] = useState<{ wanted: SetStatus; stored: Stored } | null>(null);
  const [isArchiving, setArchiving] = useState(false);
  const level = record?.yourLevel ?? workflow?.yourLevel;
  const readOnly = base.id === null ? !account.mayEdit : level === "viewer" || level === "runner";
  const warnings = useQuery(warningsQuery(base.id ?? "", base.version ?? 0)).data ?? NO_WARNINGS;
  const faults = useMemo(() => faultsOf(failed.error, failed.sent, warnings), [failed, warnings]);
  const wrong = useMemo(() => valueFaultsOf(failed.error, failed.sent, definition), [failed, definition]);

  const place = placeOf(account.userId, account.key, `workflow ${base.id ?? (copied ? `copy of ${copied.id}` : "new")}`);
  const [unsaved, setUnsaved] = useState(() => (readOnly ? null : unsavedAt(place, begun)));
  useKeptDraft(place, history.value, base, isDirty && !readOnly);

  const edit = useCallback(
    (next: (before: Definition) => Definition, of?: string) =>
      history.change((before) => {
        const after = next(before.definition);
        return after === before.definition ? before : { ...before, definition: after };
      }, of),
    [history],
  );

  const add = (type: NodeType, at?: { x: number; y: number }) => {
    const added = addNode(definition, type, at);
    edit(() => added.definition);
    setSelected(new Set([added.id]));
  };

  const run = async (triggerData?: Record<string, unknown>) => {
    setIsStarting(true);
    setDialog(null);
    setDrawn(definition.nodes.length);
    try {
      const { id, version } = !readOnly && (isDirty || base.id === null) ? (await saving.store()).workflow : { id: base.id!, version: base.version };
      setExecutionId(await start.mutateAsync({ id, version, triggerData }));
      setSelected(new Set());
    } catch (error) {
      saving.fail(error);
    } finally {
      setIsStarting(false);
    }
  };

  const setStatus = (status: SetStatus) =>
    change.mutate(
      { status },
      {
        onSuccess: () => toast(inStatus(status)),
        onError: (failure) => {
          const stored = conflictOf(failure);
          if (stored) {
            setContested({ wanted: status, stored });
          } else {
            toast(messageOf(failure), "critical");
          }
        },
      },
    );

  const saveAsNew = async () => {
    try {
      const id = await saving.saveAsNew();
      dropOwn(place);
      toast("What you had here is saved as a new workflow.");
      await navigate({ to: "/dashboard/workflows/$id", params: { id }, ignoreBlocker: true });
    } catch (error) {
      saving.fail(error);
    }
  };

  const copy = () => {
    const nodes = definition.nodes.filter((one) => selected.has(one.id));
    if (nodes.length > 0) {
      keepCopied(account.userId, place, { nodes, edges: definition.edges });
    }
  };
  const insert = () => {
    if (readOnly) {
      return;
    }
    const copied = copiedFor(account.userId, place, definition);
    if (!copied) {
      toast("Nothing has been copied yet: choose nodes, and copy them first.", "warning");
      return;
    }
    const pasted = paste(definition, copied);
    // The next lies beside this one, not over it.
    keepCopied(account.userId, place, { nodes: pasted.definition.nodes.slice(-pasted.ids.length), edges: pasted.definition.edges });
    edit(() => pasted.definition);
    setSelected(new Set(pasted.ids));
  };

  useKeys({
    // Not while it is being saved: what has no id yet would become two.
    s: () => !readOnly && !save.isPending && void saving.onSave(),
    z: () => history.undo?.(),
    "shift+z": () => history.redo?.(),
    y: () => history.redo?.(),
    c: copy,
    v: insert,
    a: () => setSelected(new Set(definition.nodes.map((one) => one.id))),
  });

  /** Back to what the form is of, on the canvas. */
  const onLeaveForm = (event: KeyboardEvent) => {
    const [only] = selected;
    const isOver = event.target instanceof Element && event.target.closest('[role="dialog"], [role="menu"]');
    if (event.key === "Escape" && !event.defaultPrevented && !isOver && only !== undefined) {
      const drawn = [...(canvas.current?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
      drawn.find((one) => one.dataset.id === only)?.focus();
    }
  };

  const open = async (chosen: File) => {
    try {
      const draft = readFile(await chosen.text(), name);
      history.change((before) => ({ ...before, ...draft }));
    } catch (error) {
      toast(error instanceof RangeError ? error.message : "This file is not a workflow in JSON.", "critical");
    }
  };

  return (
    <div className="flex h-[calc(100dvh-3.5rem)] flex-col">
      <Toolbar
        name={name}
        note={readOnly ? "Read only" : isDirty ? "Not saved" : base.id ? "Saved" : ""}
        status={record?.status ?? null}
        readOnly={readOnly}
        mayRun={base.id === null ? account.mayEdit : level !== "viewer" && record?.status !== "archived"}
        isStored={base.id !== null}
        isEmpty={definition.nodes.length === 0}
        isSaving={save.isPending}
        isStarting={isStarting}
        undo={history.undo}
        redo={history.redo}
        onRename={(next) => history.change((before) => ({ ...before, name: next }), "name")}
        onAdd={(type) => add(type)}
        onSave={() => void saving.onSave()}
        onRun={() => (neededOf(definition).length > 0 ? setDialog("needs") : void run())}
        onStatus={(status) => (status === "archived" && record?.status === "active" ? setArchiving(true) : setStatus(status))}
        onArrange={() => {
          edit(layout);
          setArranged((before) => before + 1);
        }}
        onExport={() => download(history.value)}
        onExportTemplate={() => downloadFrom(`/api/workflows/${base.id}/export`, fileName(name))}
        onImport={() => file.current?.click()}
        onDuplicate={base.id !== null && account.mayEdit ? () => void navigate({ to: "/dashboard/workflows/$id", params: { id: "new" }, search: { copy: base.id! } }) : null}
        onExecutions={() => void navigate({ to: "/dashboard/workflows/$id/executions", params: { id: base.id! } })}
        onOpen={setDialog}
      />
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        className="hidden"
        aria-label="Import a workflow"
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = "";
          if (chosen) {
            void open(chosen);
          }
        }}
      />
      <div className="relative flex min-h-0 flex-1 flex-col max-lg:pb-11 lg:flex-row">
        <div ref={canvas} className="relative min-h-48 flex-1" data-testid="canvas">
          <ReactFlowProvider>
            <Canvas
              definition={definition}
              selected={selected}
              faults={faults}
              states={execution.states}
              readOnly={readOnly}
              arranged={arranged}
              sought={refusals}
              onSelect={setSelected}
              onChange={edit}
              onDrag={(next, isFirst) =>
                (isFirst ? history.change : history.adjust)((before) => ({ ...before, definition: next(before.definition) }))
              }
              onRefused={(why) => toast(why, "warning")}
              onOpen={() => setLed((before) => before + 1)}
              {...(readOnly ? {} : { onDrop: add })}
            />
          </ReactFlowProvider>
          {!readOnly && <Palette onAdd={add} />}
          {definition.nodes.length === 0 && (
            <div className="pointer-events-none absolute inset-0 flex items-center justify-center p-6 text-center">
              <div className="max-w-sm">
                <p className="font-medium">Nothing here yet</p>
                <p className="mt-1 text-soft">Add a data source and a prompt, draw a line from one to the other, and run it. Both work as they come.</p>
              </div>
            </div>
          )}
        </div>
        <SidePanel title={titleOf(definition, selected, executionId !== null)} runId={executionId} led={led + refusals} onKeyDown={onLeaveForm}>
          <Properties
            definition={definition}
            selected={selected}
            faults={faults}
            wrong={wrong}
            failed={failed}
            warnings={warnings}
            readOnly={readOnly}
            run={
              executionId && (
                <ExecutionPanel
                  executionId={executionId}
                  execution={execution}
                  stored={record}
                  isChanged={isDirty}
                  drawn={drawn}
                  onBegun={setExecutionId}
                  onClose={() => setExecutionId(null)}
                  workflowId={base.id}
                />
              )
            }
            runs={execution.data?.nodeExecutions ?? NO_RUNS}
            led={led}
            refusals={refusals}
            onEdit={edit}
            onSelect={setSelected}
          />
        </SidePanel>
      </div>
      <LeaveDialog what="This workflow has" isDirty={isDirty} onLeave={() => dropOwn(place)} />
      {unsaved && (
        <DraftDialog
          unsaved={unsaved}
          version={base.version}
          onRestore={() => {
            const draft = { name: unsaved.name, definition: unsaved.definition };
            saving.resume(draft, unsaved.base);
            // From now on it is this tab's. Another that is still open keeps its own again with its next change, or when it is closed.
            dropDraft(unsaved.place);
            keep(place, draft, unsaved.base);
            setUnsaved(null);
          }}
          onDiscard={() => {
            dropDraft(unsaved.place);
            // Another tab may have left one too.
            setUnsaved(unsavedAt(place, begun));
          }}
          onClose={() => setUnsaved(null)}
        />
      )}
      {conflict && base.id && (
        <ConflictDialog
          stored={conflict}
          mine={history.value}
          base={{ ...base, id: base.id }}
          isSaving={save.isPending}
          onOverwrite={() => void saving.overwrite(conflict)}
          onLoad={() => saving.loadStored(base.id!)}
          onSaveAsNew={account.mayEdit ? () => void saveAsNew() : null}
          onClose={saving.dismiss}
        />
      )}
      {isArchiving && (
        <ConfirmDialog
          title={`Archive ${base.name}?`}
          // It says itself what becomes of it, and asks again where another has set something else since.
          change={{
            mutate: (status: SetStatus, { onSuccess }) => {
              onSuccess();
              setStatus(status);
            },
            isPending: false,
            error: null,
          }}
          of="archived"
          action="Archive it"
          keep="Keep it active"
          onClose={() => setArchiving(false)}
        >
          It is not triggered any more, nor run by hand. What runs ends as it would, and what waits in its queue waits until it is active again.
        </ConfirmDialog>
      )}
      {saving.isGone && (
        <GoneDialog mine={history.value} isSaving={save.isPending} onSaveAsNew={account.mayEdit ? () => void saveAsNew() : null} onClose={saving.dismiss} />
      )}
      {contested && (
        <ConfirmDialog
          title="It was changed meanwhile"
          change={anyway}
          of={{ status: contested.wanted, baseUpdatedAt: contested.stored.updatedAt }}
          action={contested.wanted === "draft" ? "Make it a draft" : `Make it ${contested.wanted}`}
          keep="Leave it as it is"
          done={inStatus(contested.wanted)}
          onClose={() => setContested(null)}
        >
          Someone else has changed the status since you opened this workflow: it is {record?.status === "draft" ? "a draft" : record?.status} now.
        </ConfirmDialog>
      )}
      {dialog === "json" && (
        <JsonDialog
          definition={definition}
          readOnly={readOnly}
          onClose={() => setDialog(null)}
          onApply={(next) => {
            edit(() => next);
            setDialog(null);
          }}
        />
      )}
      {(dialog === "run" || dialog === "needs") && (
        <RunDialog needed={neededOf(definition)} onClose={() => setDialog(null)} onRun={(data) => void run(data)} onRunWithout={dialog === "needs" ? () => void run() : undefined} />
      )}
      {dialog === "versions" && base.id && (
        <VersionsDialog id={base.id} zone={browserZone()} readOnly={readOnly} isDirty={isDirty} base={base.version} onRestored={saving.load} onClose={() => setDialog(null)} />
      )}
      {dialog === "share" && base.id && <ShareDialog id={base.id} isTeam={account.isTeam} mayChange={level === "admin"} onClose={() => setDialog(null)} />}
      {dialog === "about" && record && <AboutDialog workflow={record} onClose={() => setDialog(null)} />}
      {dialog === "triggers" && record && <TriggersDialog workflow={record} readOnly={readOnly} onClose={() => setDialog(null)} />}
    </div>
  );
}
