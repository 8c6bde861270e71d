import {
  BellRing,
  CalendarClock,
  ChevronDown,
  Code,
  Copy,
  Database,
  Download,
  History as HistoryIcon,
  LayoutGrid,
  LayoutTemplate,
  ListChecks,
  MoreHorizontal,
  Play,
  Plus,
  Redo2,
  Save,
  Share2,
  Undo2,
  Upload,
} from "lucide-react";
import { words } from "@/shared/format/numbers";
import { Button, IconButton } from "@/shared/ui/button";
import { Badge } from "@/shared/ui/layout";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "@/shared/ui/menu";
import { useIsNarrow } from "@/shared/ui/narrow";
import { NODE_TYPES, TYPE_HELP, TYPE_LABELS, type NodeType } from "./definition";
import { ICONS } from "./node-card";
import { STATUS_TONES, type SetStatus } from "./status";

/** What can be opened over the canvas; a run without the data that it needs is warned of. */
export type Dialog = "json" | "versions" | "share" | "triggers" | "run" | "needs" | "about";

export interface ToolbarProps {
  name: string;
  /** What is said of the changes: saved or not. */
  note: string;
  status: string | null;
  readOnly: boolean;
  /** Whoever may only look at a workflow may not run it, nor anyone what is archived. */
  mayRun: boolean;
  isStored: boolean;
  isEmpty: boolean;
  isSaving: boolean;
  isStarting: boolean;
  undo: (() => void) | null;
  redo: (() => void) | null;
  onRename: (name: string) => void;
  onAdd: (type: NodeType) => void;
  onSave: () => void;
  onRun: () => void;
  onStatus: (status: SetStatus) => void;
  onArrange: () => void;
  onExport: () => void;
  /** As it is stored, for another account: what is only here becomes a parameter. */
  onExportTemplate: () => void;
  onImport: () => void;
  /** Null where there is nothing stored to make another of, or for whoever may not make one. */
  onDuplicate: (() => void) | null;
  onExecutions: () => void;
  onOpen: (dialog: Dialog) => void;
}

export function Toolbar(props: ToolbarProps) {
  const { name, note, status, readOnly, mayRun, isStored, isEmpty, isSaving, isStarting, undo, redo } = props;
  // One line in any window: what has no room on it is under More.
  const isNarrow = useIsNarrow();
  return (
    <div className="flex items-center gap-2 border-b border-line bg-surface px-3 py-2 sm:px-4">
      <h1 className="sr-only">Workflow builder</h1>
      {/* As wide as its name, where there is room; where a browser does not know how, as wide as most. */}
      <input
        aria-label="Name of the workflow"
        dir="auto"
        title={name}
        value={name}
        maxLength={200}
        readOnly={readOnly}
        onChange={(event) => props.onRename(event.target.value)}
        className="h-9 min-w-0 flex-1 rounded-lg border border-transparent bg-transparent px-2 font-semibold text-ellipsis hover:border-line-strong sm:field-sizing-content sm:w-72 sm:max-w-xl sm:min-w-24 sm:flex-initial sm:supports-[field-sizing:content]:w-auto"
      />
      {status && !isNarrow && <StatusMenu status={status} readOnly={readOnly} onStatus={props.onStatus} />}
      <span className="shrink-0 text-xs whitespace-nowrap text-soft max-sm:sr-only" aria-live="polite">
        {note}
      </span>
      <div className="ml-auto flex shrink-0 items-center gap-1.5">
        {!isNarrow && (
          <>
            <IconButton label="Undo" aria-keyshortcuts="Control+Z" disabled={!undo || readOnly} onClick={() => undo?.()}>
              <Undo2 aria-hidden />
            </IconButton>
            <IconButton label="Redo" aria-keyshortcuts="Control+Y" disabled={!redo || readOnly} onClick={() => redo?.()}>
              <Redo2 aria-hidden />
            </IconButton>
          </>
        )}
        <AddMenu readOnly={readOnly} onAdd={props.onAdd} />
        <Button data-testid="save-workflow-btn" aria-keyshortcuts="Control+S" disabled={readOnly} busy={isSaving} onClick={props.onSave}>
          {!isSaving && <Save aria-hidden className="size-4" />} <span className="max-md:sr-only">{isSaving ? "Saving…" : "Save"}</span>
        </Button>
        <Button data-testid="run-workflow-btn" kind="primary" costs disabled={isEmpty || isSaving || !mayRun} busy={isStarting} onClick={props.onRun}>
          {!isStarting && <Play aria-hidden className="size-4" />} Run
        </Button>
        <Menu
          trigger={
            <IconButton label="More">
              <MoreHorizontal aria-hidden />
            </IconButton>
          }
        >
          {isNarrow && (
            <>
              {note && <MenuLabel>{note}</MenuLabel>}
              <MenuItem onSelect={() => undo?.()} disabled={!undo || readOnly}>
                <Undo2 aria-hidden className="size-4" /> Undo
              </MenuItem>
              <MenuItem onSelect={() => redo?.()} disabled={!redo || readOnly}>
                <Redo2 aria-hidden className="size-4" /> Redo
              </MenuItem>
              <MenuLine />
            </>
          )}
          <MenuItem onSelect={() => props.onOpen("run")} disabled={isEmpty || isSaving || isStarting || !mayRun}>
            <Database aria-hidden className="size-4" /> Run with data …
          </MenuItem>
          {isStored && (
            <>
              <MenuItem onSelect={() => props.onOpen("triggers")}>
                <CalendarClock aria-hidden className="size-4" /> Schedule and triggers
              </MenuItem>
              <MenuItem onSelect={() => props.onOpen("about")} disabled={readOnly}>
                <BellRing aria-hidden className="size-4" /> About and alerts
              </MenuItem>
              <MenuItem onSelect={() => props.onOpen("versions")}>
                <HistoryIcon aria-hidden className="size-4" /> Versions
              </MenuItem>
              <MenuItem onSelect={() => props.onOpen("share")}>
                <Share2 aria-hidden className="size-4" /> Share
              </MenuItem>
              <MenuItem onSelect={props.onExecutions}>
                <ListChecks aria-hidden className="size-4" /> Executions
              </MenuItem>
            </>
          )}
          <MenuLine />
          {props.onDuplicate && (
            <MenuItem onSelect={props.onDuplicate}>
              <Copy aria-hidden className="size-4" /> Duplicate
            </MenuItem>
          )}
          <MenuItem onSelect={props.onArrange} disabled={readOnly}>
            <LayoutGrid aria-hidden className="size-4" /> Arrange
          </MenuItem>
          <MenuItem onSelect={() => props.onOpen("json")}>
            <Code aria-hidden className="size-4" /> As JSON
          </MenuItem>
          <MenuItem onSelect={props.onExport}>
            <Download aria-hidden className="size-4" /> Export
          </MenuItem>
          {isStored && (
            <MenuItem onSelect={props.onExportTemplate}>
              <LayoutTemplate aria-hidden className="size-4" /> Export as a template
            </MenuItem>
          )}
          <MenuItem onSelect={props.onImport} disabled={readOnly}>
            <Upload aria-hidden className="size-4" /> Import
          </MenuItem>
          {isNarrow && status && (
            <>
              <MenuLine />
              {readOnly ? <MenuLabel>This workflow is {words(status).toLowerCase()}</MenuLabel> : <StatusChoice status={status} onStatus={props.onStatus} />}
            </>
          )}
        </Menu>
      </div>
    </div>
  );
}

function AddMenu({ readOnly, onAdd }: { readOnly: boolean; onAdd: (type: NodeType) => void }) {
  return (
    <Menu
      trigger={
        <Button data-testid="add-node-btn" disabled={readOnly}>
          <Plus aria-hidden className="size-4" /> <span className="max-md:sr-only">Add node</span>
        </Button>
      }
    >
      {NODE_TYPES.map((type) => {
        const Icon = ICONS[type];
        return (
          <MenuItem key={type} data-testid={`node-${type.replaceAll("_", "-")}`} onSelect={() => onAdd(type)}>
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
  );
}

const STATUS_HELP: Record<SetStatus, string> = {
  draft: "Run as a test, by those who may edit it",
  active: "Run by its schedule and triggers too",
  paused: "Not run by itself",
  archived: "Put away: not run, until it is one of the others again",
};

function StatusMenu({ status, readOnly, onStatus }: { status: string; readOnly: boolean; onStatus: ToolbarProps["onStatus"] }) {
  const badge = <Badge tone={STATUS_TONES[status] ?? "neutral"}>{words(status)}</Badge>;
  if (readOnly) {
    return badge;
  }
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" aria-label={`Status: ${words(status)}. Change`} className="flex items-center gap-0.5 rounded-lg p-1 hover:bg-line/60">
          {badge}
          <ChevronDown aria-hidden className="size-3.5 text-soft" />
        </button>
      }
    >
      <StatusChoice status={status} onStatus={onStatus} />
    </Menu>
  );
}

function StatusChoice({ status, onStatus }: { status: string; onStatus: ToolbarProps["onStatus"] }) {
  return (
    <>
      <MenuLabel>This workflow is</MenuLabel>
      <MenuChoice
        value={status}
        onChange={(next) => onStatus(next as SetStatus)}
        options={Object.entries(STATUS_HELP).map(([value, help]) => ({
          value,
          label: (
            <span>
              <span className="block font-medium">{words(value)}</span>
              <span className="block text-xs text-soft">{help}</span>
            </span>
          ),
        }))}
      />
    </>
  );
}
