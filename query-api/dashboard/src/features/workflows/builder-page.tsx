import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useBlocker, useNavigate } from "@tanstack/react-router";
import { ReactFlowProvider } from "@xyflow/react";
import { Code, Download, LayoutGrid, MoreHorizontal, Play, Plus, Redo2, Save, Undo2, Upload } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { messageOf, ProblemError } from "@/shared/api/client";
import { useAccount } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { Failure, Note, Skeleton } from "@/shared/ui/layout";
import { Menu, MenuItem } from "@/shared/ui/menu";
import { usePageTitle } from "@/shared/ui/title";
import { toast } from "@/shared/ui/toast";
import { trigger, useSaveWorkflow, workflowQuery, type Workflow } from "./api";
import { Canvas } from "./canvas";
import {
  addNode,
  changeNode,
  EMPTY,
  NODE_TYPES,
  paste,
  read,
  removeEdges,
  removeNodes,
  TYPE_HELP,
  TYPE_LABELS,
  type Definition,
  type NodeType,
} from "./definition";
import { ExecutionPanel } from "./execution-panel";
import { useHistory } from "./history";
import { JsonDialog } from "./json-dialog";
import { layout } from "./layout";
import { ICONS } from "./node-card";
import { NodeForm } from "./node-form";
import { SettingsForm } from "./settings-form";
import { useExecution } from "./use-execution";

const existing = getRouteApi("/signed-in/dashboard/workflows/$id");

export function NewWorkflowPage() {
  usePageTitle("New workflow");
  return <Builder workflow={null} />;
}

export function WorkflowPage() {
  const { id } = existing.useParams();
  const { data, error, refetch } = useQuery(workflowQuery(id));
  usePageTitle(data?.name ?? "Workflow");
  if (error && !data) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  return data && data.id === id ? <Builder key={id} workflow={data} /> : <Skeleton className="m-6 h-[70dvh]" />;
}

interface Draft {
  name: string;
  definition: Definition;
}

function Builder({ workflow }: { workflow: Workflow | null }) {
  const account = useAccount();
  const navigate = useNavigate();
  const readOnly = workflow ? workflow.yourLevel === "viewer" || workflow.yourLevel === "runner" : !account.mayEdit;
  const initial = useMemo<Draft>(() => (workflow ? { name: workflow.name, definition: read(workflow.definition) } : { name: "Untitled workflow", definition: EMPTY }), [workflow]);
  const history = useHistory<Draft>(initial);
  const { name, definition } = history.value;
  const [saved, setSaved] = useState(initial);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [json, setJson] = useState(false);
  const [executionId, setExecutionId] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const clipboard = useRef<Pick<Definition, "nodes" | "edges"> | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const [stored, setStored] = useState<{ id: string | null; version: number | undefined }>({ id: workflow?.id ?? null, version: workflow?.version });
  const execution = useExecution(executionId);
  const save = useSaveWorkflow(account);
  const isDirty = history.value !== saved;
  const faults = useMemo(() => faultsOf(save.error, definition), [save.error, definition]);
  const node = selected.size === 1 ? definition.nodes.find((one) => selected.has(one.id)) : undefined;

  useBlocker({
    shouldBlockFn: ({ next }) =>
      isDirty && !next.pathname.includes("/workflows/") && !window.confirm("This workflow has changes that are not saved. Leave it anyway?"),
    enableBeforeUnload: isDirty,
  });

  const edit = useCallback(
    (next: (before: Definition) => Definition) =>
      history.change((before) => {
        const after = next(before.definition);
        return after === before.definition ? before : { ...before, definition: after };
      }),
    [history],
  );

  const add = (type: NodeType) => {
    const added = addNode(definition, type);
    edit(() => added.definition);
    setSelected(new Set([added.id]));
  };

  const store = async (): Promise<string> => {
    const sent = history.value;
    const workflow = await save.mutateAsync({
      id: stored.id,
      name: sent.name.trim() || "Untitled workflow",
      definition: sent.definition,
      baseVersion: stored.version,
    });
    setStored({ id: workflow.id, version: workflow.version });
    setSaved(sent);
    return workflow.id;
  };

  const onSave = async () => {
    const wasNew = stored.id === null;
    try {
      const id = await store();
      toast("The workflow is saved.");
      if (wasNew) {
        // The address becomes that of the workflow; what is on the page stays.
        window.history.replaceState(window.history.state, "", `/dashboard/workflows/${id}${window.location.search}`);
      }
    } catch (error) {
      toast(messageOf(error), "critical");
    }
  };

  const onRun = async () => {
    setStarting(true);
    try {
      const id = isDirty || stored.id === null ? await store() : stored.id;
      setExecutionId(await trigger(id, undefined));
      setSelected(new Set());
    } catch (error) {
      toast(messageOf(error), "critical");
    } finally {
      setStarting(false);
    }
  };

  const copy = () => {
    const nodes = definition.nodes.filter((one) => selected.has(one.id));
    if (nodes.length > 0) {
      clipboard.current = { nodes, edges: definition.edges };
    }
  };
  const insert = () => {
    if (clipboard.current) {
      const pasted = paste(definition, clipboard.current);
      edit(() => pasted.definition);
      setSelected(new Set(pasted.ids));
    }
  };

  useKeys({
    s: () => void onSave(),
    z: () => history.undo?.(),
    "shift+z": () => history.redo?.(),
    y: () => history.redo?.(),
    c: copy,
    v: insert,
    a: () => setSelected(new Set(definition.nodes.map((one) => one.id))),
  });

  const open = async (chosen: File) => {
    try {
      const given = JSON.parse(await chosen.text()) as { definition?: unknown; name?: string };
      history.change((before) => ({ name: given.name ?? before.name, definition: read(given.definition ?? given) }));
    } catch {
      toast("This file is not a workflow in JSON.", "critical");
    }
  };

  const download = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify({ name, definition }, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name.replaceAll(/[^\w-]+/g, "-").toLowerCase()}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };

  return (
    <div className="flex h-[calc(100dvh-3.5rem)] flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-2 sm:px-4">
        <h1 className="sr-only">Workflow builder</h1>
        <input
          aria-label="Name of the workflow"
          value={name}
          maxLength={200}
          readOnly={readOnly}
          onChange={(event) => history.change((before) => ({ ...before, name: event.target.value }))}
          className="h-9 min-w-0 flex-1 basis-40 rounded-lg border border-transparent bg-transparent px-2 font-semibold hover:border-line-strong sm:max-w-72"
        />
        <span className="text-xs text-soft" aria-live="polite">
          {readOnly ? "Read only" : isDirty ? "Not saved" : workflow || stored.id ? "Saved" : ""}
        </span>
        <div className="ml-auto flex flex-wrap items-center gap-1.5">
          <IconButton label="Undo" disabled={!history.undo || readOnly} onClick={() => history.undo?.()}>
            <Undo2 aria-hidden />
          </IconButton>
          <IconButton label="Redo" disabled={!history.redo || readOnly} onClick={() => history.redo?.()}>
            <Redo2 aria-hidden />
          </IconButton>
          <Menu
            trigger={
              <Button data-testid="add-node-btn" disabled={readOnly}>
                <Plus aria-hidden className="size-4" /> Add node
              </Button>
            }
          >
            {NODE_TYPES.map((type) => {
              const Icon = ICONS[type];
              return (
                <MenuItem key={type} data-testid={`node-${type.replaceAll("_", "-")}`} onSelect={() => add(type)}>
                  <span className="flex size-7 items-center justify-center rounded-md bg-accent-wash text-accent">
                    <Icon aria-hidden className="size-4" />
                  </span>
                  <span>
                    <span className="block font-medium">{TYPE_LABELS[type]}</span>
                    <span className="block text-xs text-soft">{TYPE_HELP[type]}</span>
                  </span>
                </MenuItem>
              );
            })}
          </Menu>
          <Button data-testid="save-workflow-btn" disabled={readOnly} busy={save.isPending} onClick={() => void onSave()}>
            {!save.isPending && <Save aria-hidden className="size-4" />} {save.isPending ? "Saving…" : "Save"}
          </Button>
          <Button data-testid="run-workflow-btn" kind="primary" disabled={definition.nodes.length === 0} busy={starting} onClick={() => void onRun()}>
            {!starting && <Play aria-hidden className="size-4" />} Run
          </Button>
          <Menu
            trigger={
              <IconButton label="More">
                <MoreHorizontal aria-hidden />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => edit(layout)} disabled={readOnly}>
              <LayoutGrid aria-hidden className="size-4" /> Arrange
            </MenuItem>
            <MenuItem onSelect={() => setJson(true)}>
              <Code aria-hidden className="size-4" /> As JSON
            </MenuItem>
            <MenuItem onSelect={download}>
              <Download aria-hidden className="size-4" /> Export
            </MenuItem>
            <MenuItem onSelect={() => file.current?.click()} disabled={readOnly}>
              <Upload aria-hidden className="size-4" /> Import
            </MenuItem>
            {stored.id && (
              <MenuItem onSelect={() => void navigate({ to: "/dashboard/workflows/$id/executions", params: { id: stored.id! } })}>Executions</MenuItem>
            )}
          </Menu>
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
        </div>
      </div>
      <div className="relative flex min-h-0 flex-1 flex-col lg:flex-row">
        <div className="relative min-h-64 flex-1" data-testid="canvas">
          <ReactFlowProvider>
            <Canvas
              definition={definition}
              selected={selected}
              faults={faults}
              states={execution.states}
              readOnly={readOnly}
              onSelect={setSelected}
              onChange={edit}
              onDrag={(next, isFirst) =>
                (isFirst ? history.change : history.adjust)((before) => ({ ...before, definition: next(before.definition) }))
              }
              onRefused={(why) => toast(why, "warning")}
            />
          </ReactFlowProvider>
          {definition.nodes.length === 0 && (
            <div className="pointer-events-none absolute inset-0 flex items-center justify-center p-6 text-center">
              <div className="max-w-sm">
                <p className="font-medium">Nothing here yet</p>
                <p className="mt-1 text-soft">Add a data source and a prompt, draw a line from one to the other, and run it. Both work as they come.</p>
              </div>
            </div>
          )}
        </div>
        <aside aria-label="Properties" className="max-h-[50dvh] w-full shrink-0 overflow-y-auto border-t border-line bg-surface p-4 lg:max-h-none lg:w-96 lg:border-t-0 lg:border-l">
          {executionId && !node ? (
            <ExecutionPanel executionId={executionId} execution={execution} onClose={() => setExecutionId(null)} workflowId={stored.id} />
          ) : node ? (
            <NodeForm
              key={node.id}
              node={node}
              definition={definition}
              fault={faults.get(node.id) ?? null}
              readOnly={readOnly}
              onChange={(patch) => edit((before) => changeNode(before, node.id, patch))}
              onDelete={() => {
                edit((before) => removeNodes(before, new Set([node.id])));
                setSelected(new Set());
              }}
            />
          ) : (
            <div className="grid gap-4">
              {save.error && <Note tone="critical">{messageOf(save.error)}</Note>}
              {selected.size > 1 ? (
                <>
                  <p className="font-medium">{selected.size} chosen</p>
                  <Button
                    kind="danger"
                    disabled={readOnly}
                    onClick={() => {
                      edit((before) => removeEdges(removeNodes(before, selected), selected));
                      setSelected(new Set());
                    }}
                  >
                    Delete them
                  </Button>
                </>
              ) : (
                <SettingsForm settings={definition.settings} readOnly={readOnly} onChange={(settings) => edit((before) => ({ ...before, settings }))} />
              )}
            </div>
          )}
        </aside>
      </div>
      {json && (
        <JsonDialog
          definition={definition}
          readOnly={readOnly}
          onClose={() => setJson(false)}
          onApply={(next) => {
            edit(() => next);
            setJson(false);
          }}
        />
      )}
    </div>
  );
}

/** Which node a refused definition is wrong at: definition.nodes[3].config.model. */
function faultsOf(error: unknown, definition: Definition): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  if (error instanceof ProblemError) {
    for (const { field, detail, remedy } of error.errors) {
      const index = /nodes\[(\d+)\]/.exec(field)?.[1];
      const id = index === undefined ? undefined : definition.nodes[Number(index)]?.id;
      if (id) {
        faults.set(id, [faults.get(id), `${field.split(".").at(-1)} ${detail}. ${remedy}`].filter(Boolean).join(" "));
      }
    }
  }
  return faults;
}

/** Keys with Control or Command, unless someone is writing. */
function useKeys(keys: Record<string, () => void>) {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const isWriting = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
      if (!(event.ctrlKey || event.metaKey) || (isWriting && event.key !== "s")) {
        return;
      }
      const action = latest.current[`${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`];
      if (action) {
        event.preventDefault();
        action();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
