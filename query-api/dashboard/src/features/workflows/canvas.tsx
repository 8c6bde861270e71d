import {
  Background,
  BackgroundVariant,
  Controls,
  MarkerType,
  MiniMap,
  ReactFlow,
  useReactFlow,
  type Connection,
  type Edge,
  type NodeChange,
  type EdgeChange,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useRef, useState } from "react";
import type { NanoUsd } from "@/shared/format/money";
import { useIsDark } from "@/shared/theme";
import type { Definition, NodeType, WorkflowNode } from "./definition";
import { connect, kindOfEdge, removeEdges, removeNodes, whyNot } from "./definition";
import type { Faults } from "./faults";
import { NodeCard, type CardNode } from "./node-card";
import { kindName } from "./kinds";
import { DRAGGED } from "./palette";
import { isSample, sampleName } from "./samples";
import { namedSource, useSourceNames, type SourceNames } from "./source-names";
import { useHit } from "./use-hit";
import { useInView } from "./use-in-view";
import { fitting, fittingFirst, screenOf } from "./view";

const NODE_TYPES = { card: NodeCard };

const KEYS = "Enter chooses it and leads to its form, from where Escape leads back. Space chooses it alone. Delete removes it.";

/** What is said of a node and a line to whoever comes to it by the keyboard. */
const TOLD = {
  "node.a11yDescription.default": KEYS,
  "node.a11yDescription.keyboardDisabled": `${KEYS} The arrow keys move it once it is chosen. What it follows is set in its form.`,
  "edge.a11yDescription.default": KEYS,
};

function idsOf(elements: readonly { id: string }[]): Set<string> {
  return new Set(elements.map(({ id }) => id));
}

/** The id of the node that is nearest to a place. */
function nearest(nodes: readonly WorkflowNode[], place: WorkflowNode["position"] | undefined): string | undefined {
  const far = ({ position }: WorkflowNode) => (place ? Math.hypot(position.x - place.x, position.y - place.y) : 0);
  return nodes.toSorted((one, other) => far(one) - far(other))[0]?.id;
}

/** Fewer nodes are seen all at once, and an overview would only cover some of them. What is only read is fitted into its place. */
const OVERVIEW_FROM = { edited: 4, read: 12 };

export interface NodeState {
  status: string;
  /** The same for people, or until when it waits. */
  words: string;
  /** How many and how long, or how it stands. */
  runs: string;
  /** Of all of them; null of none. */
  cost: NanoUsd | null;
  /** How many calls of models without a price there were: what they cost is not in it. */
  unpriced: number;
}

/** What is read, not by its id. */
function sourceDetail(sourceId: string, sourceType: string): string {
  return isSample(sourceId) ? `Sample ${sampleName(sourceId)}` : kindName(sourceType);
}

/** @param names of the data sources that nodes name: a template's may be of another kind than its nodes were made for */
export function detailOf(node: WorkflowNode, names: SourceNames): string {
  const { config } = node;
  const source = names.get(namedSource(node));
  switch (node.type) {
    case "data_source":
      return source ?? sourceDetail(String(config.sourceId ?? ""), String(config.sourceType ?? ""));
    case "prompt":
      return [config.model, config.provider === "simulated" ? "simulated" : null].filter(Boolean).join(" · ");
    case "condition":
      return String(config.condition ?? "");
    case "transform":
      return String(config.transformType ?? "");
    case "loop":
      return `for each ${String(config.itemVariable ?? "")}`;
    case "output":
      return source ?? kindName(String(config.destination ?? ""));
    case "webhook":
      return `${String(config.method ?? "")} ${String(config.url ?? "")}`;
    case "delay":
      return `${Number(config.delayMs ?? 0) / 1000} s`;
  }
}

export function Canvas({
  definition,
  selected,
  faults,
  states,
  readOnly,
  arranged = 0,
  sought = 0,
  onSelect,
  onChange,
  onDrag,
  onRefused,
  onOpen,
  onDrop,
}: {
  definition: Definition;
  selected: ReadonlySet<string>;
  faults: Faults;
  states: ReadonlyMap<string, NodeState>;
  readOnly: boolean;
  /** How often the nodes were put in order: they are brought into view then. */
  arranged?: number;
  /** How often what is chosen was looked for, to be mended: it is brought into view then. */
  sought?: number;
  onSelect: (next: (before: ReadonlySet<string>) => ReadonlySet<string>) => void;
  /** @param of as {@link History.change} has it */
  onChange: (next: (before: Definition) => Definition, of?: string) => void;
  onDrag: (next: (before: Definition) => Definition, isFirst: boolean) => void;
  onRefused: (why: string) => void;
  /** What is chosen is to be gone on with beside the canvas, by the keyboard. */
  onOpen?: () => void;
  /** What is dropped from the palette, and where on the canvas. */
  onDrop?: (type: NodeType, at: { x: number; y: number }) => void;
}) {
  const isDark = useIsDark();
  const { screenToFlowPosition } = useReactFlow();
  const container = useRef<HTMLDivElement>(null);
  useInView(definition, selected, container, readOnly, arranged, sought);
  useHit(container);
  // What the nodes take on the screen is the canvas's to know; the overview draws them by it.
  const isDragged = useRef(false);
  const [sizes, setSizes] = useState<ReadonlyMap<string, { width: number; height: number }>>(new Map());
  // What is dropped onto an empty canvas stays where it was let go.
  const [fits] = useState(definition.nodes.length > 0);
  // The same all along: the canvas takes other options for what it is to do next.
  const [firstFit] = useState(() => fittingFirst(definition.nodes, readOnly));
  const { isNarrow } = screenOf(readOnly);
  const names = useSourceNames(definition);
  const nodes = useMemo(
    () =>
      definition.nodes.map(
        (node): CardNode => ({
          id: node.id,
          type: "card",
          position: node.position,
          selected: selected.has(node.id),
          ...(sizes.has(node.id) ? { measured: sizes.get(node.id)! } : {}),
          // What a border's colour tells is told in a word too.
          ariaLabel: [node.label, node.type, states.get(node.id)?.words.toLowerCase()].filter(Boolean).join(", "),
          data: {
            type: node.type,
            label: node.label,
            detail: detailOf(node, names),
            fault: faults.get(node.id) ?? null,
            status: states.get(node.id)?.status ?? null,
            runs: states.get(node.id)?.runs ?? null,
            cost: states.get(node.id)?.cost ?? null,
            unpriced: states.get(node.id)?.unpriced ?? 0,
          },
        }),
      ),
    [definition.nodes, names, selected, faults, states, sizes],
  );
  const labels = useMemo(() => new Map(definition.nodes.map((node) => [node.id, node.label])), [definition.nodes]);
  const edges = useMemo(
    () =>
      definition.edges.map(
        (edge): Edge => ({
          id: edge.id,
          ariaLabel: [`Line from ${labels.get(edge.source)} to ${labels.get(edge.target)}`, edge.label].filter(Boolean).join(", "),
          source: edge.source,
          target: edge.target,
          ...(edge.condition === "true" || edge.condition === "false" ? { sourceHandle: edge.condition } : {}),
          ...(edge.label ? { label: edge.label } : {}),
          // What comes of a failure, and what is followed only if an expression holds, look unlike the rest.
          ...(kindOfEdge(edge) === "error" ? { style: { stroke: "var(--critical)", strokeDasharray: "5 4" } } : {}),
          ...(kindOfEdge(edge) === "expression" ? { style: { strokeDasharray: "5 4" } } : {}),
          selected: selected.has(edge.id),
          animated: states.get(edge.target)?.status === "running",
          markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
        }),
      ),
    [definition.edges, labels, selected, states],
  );
  const onNodesChange = (changes: NodeChange<CardNode>[]) => {
    const measured = changes.filter((change) => change.type === "dimensions");
    if (measured.length > 0) {
      setSizes((before) => new Map([...before, ...measured.flatMap((change) => (change.dimensions ? [[change.id, change.dimensions] as const] : []))]));
    }
    const to = new Map(changes.flatMap((change) => (change.type === "position" && change.position ? [[change.id, change.position] as const] : [])));
    if (to.size > 0) {
      const move = (before: Definition) => ({ ...before, nodes: before.nodes.map((node) => (to.has(node.id) ? { ...node, position: to.get(node.id)! } : node)) });
      // By the arrow keys, if it is not being dragged.
      if (isDragged.current) {
        onDrag(move, false);
      } else {
        onChange(move, "arrows");
      }
    }
    select(changes);
  };
  const drag = () => {
    isDragged.current = true;
    onDrag((before) => before, true);
  };
  const drop = () => {
    isDragged.current = false;
  };
  const select = (changes: (NodeChange<CardNode> | EdgeChange)[]) => {
    const selection = changes.filter((change) => change.type === "select");
    if (selection.length > 0) {
      // Of a click on a line after one on a node, both are told, one after the other.
      onSelect((before) => {
        const next = new Set(before);
        selection.forEach((change) => (change.selected ? next.add(change.id) : next.delete(change.id)));
        return next;
      });
    }
  };
  /** What had the focus is gone: one's place is at the nearest node that is left, or else on the canvas. Nothing is opened over it. */
  const stay = (gone: readonly CardNode[], cut: readonly Edge[]) => {
    const ids = idsOf(gone);
    const from = gone[0] ?? definition.nodes.find(({ id }) => id === cut[0]?.source);
    const next = nearest(
      definition.nodes.filter(({ id }) => !ids.has(id)),
      from?.position,
    );
    const drawn = [...(container.current?.querySelectorAll<HTMLElement>(".react-flow__node") ?? [])];
    (drawn.find(({ dataset }) => dataset.id === next) ?? container.current)?.focus({ preventScroll: true });
  };
  const conditionOf = (connection: { sourceHandle?: string | null }) => connection.sourceHandle ?? undefined;

  return (
    <ReactFlow
      ref={container}
      tabIndex={-1}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      colorMode={isDark ? "dark" : "light"}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      deleteKeyCode={readOnly ? null : ["Backspace", "Delete"]}
      multiSelectionKeyCode={["Meta", "Control", "Shift"]}
      ariaLabelConfig={TOLD}
      onNodesChange={onNodesChange}
      onEdgesChange={select}
      // Nodes and the lines that go with them, in one step.
      onDelete={({ nodes, edges }) => {
        onChange((before) => removeEdges(removeNodes(before, idsOf(nodes)), idsOf(edges)));
        stay(nodes, edges);
      }}
      onKeyDown={(event) => {
        const { target } = event;
        if (!(target instanceof HTMLElement || target instanceof SVGElement) || !target.matches(".react-flow__node, .react-flow__edge")) {
          return;
        }
        if (event.key === "Enter") {
          onOpen?.();
        } else if (event.key === "Escape") {
          // What is not chosen any more is left by the canvas too, at a line at once and at a node with the next frame; one's place is still there.
          requestAnimationFrame(() => {
            if (document.activeElement === document.body) {
              target.focus({ preventScroll: true });
            }
          });
        }
      }}
      isValidConnection={(connection) => whyNot(definition, connection.source, connection.target, conditionOf(connection)) === null}
      onConnect={(connection: Connection) => onChange((before) => connect(before, connection.source, connection.target, conditionOf(connection)))}
      onConnectEnd={(_, state) => {
        if (state.isValid === false && state.fromNode && state.toNode) {
          const why = whyNot(definition, state.fromNode.id, state.toNode.id, state.fromHandle?.id ?? undefined);
          if (why) {
            onRefused(why);
          }
        }
      }}
      onDragOver={(event) => {
        if (onDrop && event.dataTransfer.types.includes(DRAGGED)) {
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
        }
      }}
      onDrop={(event) => {
        const type = event.dataTransfer.getData(DRAGGED) as NodeType;
        if (onDrop && type) {
          event.preventDefault();
          onDrop(type, screenToFlowPosition({ x: event.clientX, y: event.clientY }));
        }
      }}
      onNodeDragStart={drag}
      onNodeDragStop={drop}
      onSelectionDragStart={drag}
      onSelectionDragStop={drop}
      fitView={fits}
      fitViewOptions={firstFit}
      connectionRadius={30}
      minZoom={0.2}
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={18} />
      <Controls showInteractive={false} fitViewOptions={fitting(readOnly)} />
      {nodes.length >= (readOnly ? OVERVIEW_FROM.read : OVERVIEW_FROM.edited) && (
        <MiniMap
          pannable
          zoomable
          position={isNarrow ? "top-right" : "bottom-right"}
          style={isNarrow ? { width: 90, height: 54 } : { width: 150, height: 90 }}
          ariaLabel="Overview"
        />
      )}
    </ReactFlow>
  );
}
