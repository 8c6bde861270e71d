/** A workflow's definition as the API keeps it, and everything that is done to one. Pure: no component knows more than this. */
export const NODE_TYPES = ["data_source", "prompt", "condition", "transform", "loop", "output", "webhook", "delay"] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export type Config = Record<string, unknown>;

export interface WorkflowNode {
  id: string;
  type: NodeType;
  label: string;
  config: Config;
  position: { x: number; y: number };
  /** Where the node has a say of its own, against the workflow's settings. */
  retryPolicy?: RetryPolicy;
  errorHandling?: ErrorHandling;
  /** In seconds, for one attempt. */
  timeout?: number;
}

export type ErrorHandling = "stop" | "continue" | "fallback";

export interface RetryPolicy {
  maxAttempts?: number;
  backoff?: "linear" | "exponential" | "constant";
  initialDelay?: number;
  maxDelay?: number;
}

export interface WorkflowEdge {
  id: string;
  source: string;
  target: string;
  condition?: string;
  label?: string;
}

/** What the form of a node is given. */
export interface FormProps {
  node: WorkflowNode;
  definition: Definition;
  /** What is undefined in the patch is taken away. */
  set: (patch: Config) => void;
}

export interface Settings {
  maxConcurrentNodes?: number;
  timeout?: number;
  errorHandling?: ErrorHandling;
  retryPolicy?: RetryPolicy;
  /** Exact text: what one run may cost. */
  maxCostUsd?: string;
  /** Of a workflow that runs again and again: the pause between, in ms, and what must hold. */
  loopDelay?: number;
  continueWhile?: string;
  [other: string]: unknown;
}

export interface Definition {
  version: string;
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  settings: Settings;
}

export const EMPTY: Definition = {
  version: "1.0",
  nodes: [],
  edges: [],
  settings: {
    maxConcurrentNodes: 5,
    timeout: 3600,
    retryPolicy: { maxAttempts: 3, backoff: "exponential", initialDelay: 1000, maxDelay: 30_000 },
    errorHandling: "stop",
  },
};

/** What a new node starts with. It runs as it is: from sample records, with a model that is simulated, to nowhere outside. */
const DEFAULTS: Record<NodeType, Config> = {
  data_source: { sourceId: "sample", sourceType: "json", query: { limit: 3 } },
  prompt: {
    promptTemplate: "Write one friendly sentence that welcomes {{input.name}}.",
    model: "gpt-4o-mini",
    provider: "simulated",
    maxTokens: 200,
  },
  condition: { condition: "true" },
  transform: { transformType: "custom", code: "input" },
  loop: { iterateOver: "input", itemVariable: "entry", bodyNodes: [] },
  output: { destination: "database", mapping: {} },
  webhook: { url: "https://example.com/hook", method: "POST", headers: {}, body: "" },
  delay: { delayMs: 1000 },
};

export const TYPE_LABELS: Record<NodeType, string> = {
  data_source: "Data source",
  prompt: "Prompt",
  condition: "Condition",
  transform: "Transform",
  loop: "Loop",
  output: "Output",
  webhook: "Webhook",
  delay: "Delay",
};

export const TYPE_HELP: Record<NodeType, string> = {
  data_source: "Reads records; what follows runs for each",
  prompt: "Asks a language model",
  condition: "Goes one way or the other",
  transform: "Computes, filters or maps",
  loop: "Runs other nodes for each item",
  output: "Writes to where it can be used",
  webhook: "Calls an address",
  delay: "Waits",
};

/** On the canvas: three figures of a run stand side by side in it. */
export const NODE_WIDTH = 240;

const GAP_X = 300;

/** An id that says what the node is, and is none of those there are. */
export function newId(type: NodeType, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? type : `${type}_${number}`;
    if (!taken.has(id)) {
      return id;
    }
  }
}

function ids(definition: Definition): Set<string> {
  return new Set(definition.nodes.map((node) => node.id));
}

/** To the right of the others, so that what is connected next is in sight. */
export function addNode(definition: Definition, type: NodeType, at?: { x: number; y: number }): { definition: Definition; id: string } {
  const id = newId(type, ids(definition));
  const rightmost = definition.nodes.reduce<WorkflowNode | null>(
    (most, node) => (most === null || node.position.x > most.position.x ? node : most),
    null,
  );
  const position = at ?? (rightmost ? { x: rightmost.position.x + GAP_X, y: rightmost.position.y } : { x: 0, y: 0 });
  const number = /_(\d+)$/.exec(id)?.[1];
  const node: WorkflowNode = {
    id,
    type,
    label: number ? `${TYPE_LABELS[type]} ${number}` : TYPE_LABELS[type],
    config: structuredClone(DEFAULTS[type]),
    position,
  };
  return { definition: { ...definition, nodes: [...definition.nodes, node] }, id };
}

export type NodePatch = { [K in keyof Omit<WorkflowNode, "id" | "type">]?: WorkflowNode[K] | undefined };

/** What is undefined in the patch is taken away. */
export function changeNode(definition: Definition, id: string, patch: NodePatch): Definition {
  const changed = (node: WorkflowNode) => Object.fromEntries(Object.entries({ ...node, ...patch }).filter(([, value]) => value !== undefined)) as unknown as WorkflowNode;
  return { ...definition, nodes: definition.nodes.map((node) => (node.id === id ? changed(node) : node)) };
}

/** With a node go its edges, and its name wherever another node has it in its branches or its body. */
export function removeNodes(definition: Definition, removed: ReadonlySet<string>): Definition {
  const nodes = definition.nodes
    .filter((node) => !removed.has(node.id))
    .map((node) => {
      const body = node.config.bodyNodes;
      return Array.isArray(body) && body.some((id) => removed.has(id as string))
        ? { ...node, config: { ...node.config, bodyNodes: body.filter((id) => !removed.has(id as string)) } }
        : node;
    });
  const edges = definition.edges.filter((edge) => !removed.has(edge.source) && !removed.has(edge.target));
  return { ...definition, nodes, edges };
}

export function removeEdges(definition: Definition, removed: ReadonlySet<string>): Definition {
  return { ...definition, edges: definition.edges.filter((edge) => !removed.has(edge.id)) };
}

/** Why two nodes cannot be connected, or null if they can. Asked while a line is drawn. */
export function whyNot(definition: Definition, source: string, target: string, condition?: string): string | null {
  if (source === target) {
    return "A node does not follow itself.";
  }
  if (definition.edges.some((edge) => edge.source === source && edge.target === target && edge.condition === condition)) {
    return "They are connected already.";
  }
  return borderBetween(definition, source, target) ?? (reaches(definition, target, source) ? "That would go round in a circle." : null);
}

/** Why no line leads from one to the other: nothing leads into what a loop runs but the loop itself, and nothing out of it. Null if one may. */
export function borderBetween(definition: Definition, source: string, target: string): string | null {
  const loops = loopsOf(definition);
  const from = loops.get(source);
  const to = loops.get(target);
  const loop = to ?? from;
  if (from === to || to === source || loop === undefined) {
    return null;
  }
  const label = definition.nodes.find((node) => node.id === loop)?.label ?? loop;
  return `That would cross the border of what ${label} runs for each item. Connect ${label} itself.`;
}

/** By the id of a node, the loop that runs it for each item: of several the first, as the server has it. */
function loopsOf({ nodes }: Definition): Map<string, string> {
  const there = new Set(nodes.map(({ id }) => id));
  const loops = new Map<string, string>();
  for (const { id, type, config } of nodes) {
    const body = type === "loop" && Array.isArray(config.bodyNodes) ? (config.bodyNodes as string[]) : [];
    body.filter((one) => one !== id && there.has(one) && !loops.has(one)).forEach((one) => loops.set(one, id));
  }
  return loops;
}

function reaches(definition: Definition, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) {
      return true;
    }
    if (!seen.has(id)) {
      seen.add(id);
      open.push(...definition.edges.filter((edge) => edge.source === id).map((edge) => edge.target));
    }
  }
  return false;
}

function newEdgeId(edges: readonly WorkflowEdge[], source: string, target: string, condition?: string): string {
  const id = `${source}-${condition ? `${condition}-` : ""}${target}`;
  const isTaken = (name: string) => edges.some((edge) => edge.id === name);
  for (let number = 1; ; number++) {
    // When an edge is followed can change, and its id stays.
    const name = number === 1 ? id : `${id}-${number}`;
    if (!isTaken(name)) {
      return name;
    }
  }
}

/** When an edge is followed: always, on either side of a condition, on a failure, or if an expression holds. */
export type EdgeKind = "always" | "true" | "false" | "error" | "expression";

export function kindOfEdge(edge: WorkflowEdge): EdgeKind {
  const condition = edge.condition?.trim() ?? "";
  switch (condition.toLowerCase()) {
    case "":
      return edge.label?.trim().toLowerCase() === "error" ? "error" : "always";
    case "true":
    case "false":
    case "error":
      return condition.toLowerCase() as EdgeKind;
    default:
      return "expression";
  }
}

/** @param expression only of the kind that has one */
export function changeEdge(definition: Definition, id: string, kind: EdgeKind, expression = ""): Definition {
  return {
    ...definition,
    edges: definition.edges.map((edge) => {
      if (edge.id !== id) {
        return edge;
      }
      const { condition: _condition, label: _label, ...plain } = edge;
      switch (kind) {
        case "always":
          return plain;
        case "expression":
          return { ...plain, condition: expression, label: "if" };
        default:
          return { ...plain, condition: kind, label: kind };
      }
    }),
  };
}

export function connect(definition: Definition, source: string, target: string, condition?: string): Definition {
  if (whyNot(definition, source, target, condition) !== null) {
    return definition;
  }
  const id = newEdgeId(definition.edges, source, target, condition);
  return { ...definition, edges: [...definition.edges, { id, source, target, ...(condition ? { condition, label: condition } : {}) }] };
}

/** What a template or a loop's body says of nodes that were copied with it, said of their copies. */
function retold(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/(\{\{\s*)([\w-]+)/g, (whole, open: string, id: string) => (renamed.has(id) ? open + renamed.get(id)! : whole));
  }
  if (Array.isArray(value)) {
    return value.map((one) => retold(one, renamed));
  }
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, retold(one, renamed)])) : value;
}

function retoldConfig(config: Config, renamed: ReadonlyMap<string, string>): Config {
  const copy = retold(config, renamed) as Config;
  // A node is in one loop's body: those that were not copied along stay in the other's.
  return Array.isArray(copy.bodyNodes) ? { ...copy, bodyNodes: copy.bodyNodes.flatMap((id) => renamed.get(id as string) ?? []) } : copy;
}

/** Copies with the edges between them; outside edges and old ids stay where they are. */
export function paste(definition: Definition, copied: Pick<Definition, "nodes" | "edges">): { definition: Definition; ids: string[] } {
  const taken = ids(definition);
  const renamed = new Map<string, string>();
  const nodes = copied.nodes.map((node) => {
    const id = newId(node.type, taken);
    taken.add(id);
    renamed.set(node.id, id);
    return { ...node, id, position: { x: node.position.x + 40, y: node.position.y + 60 } };
  });
  const edges = copied.edges
    .filter((edge) => renamed.has(edge.source) && renamed.has(edge.target))
    .map((edge) => {
      const source = renamed.get(edge.source)!;
      const target = renamed.get(edge.target)!;
      return { ...edge, id: newEdgeId([], source, target, edge.condition), source, target };
    });
  return {
    definition: {
      ...definition,
      nodes: [...definition.nodes, ...nodes.map((node) => ({ ...node, config: retoldConfig(node.config, renamed) }))],
      edges: [...definition.edges, ...edges],
    },
    ids: [...renamed.values()],
  };
}

/** As it is sent: the branches of a condition are those that its edges lead to. */
export function toSave(definition: Definition): Definition {
  const targets = (id: string, condition: string) =>
    definition.edges.filter((edge) => edge.source === id && edge.condition === condition).map((edge) => edge.target);
  return {
    ...definition,
    nodes: definition.nodes.map((node) =>
      node.type === "condition"
        ? { ...node, config: { ...node.config, trueBranch: targets(node.id, "true"), falseBranch: targets(node.id, "false") } }
        : node,
    ),
  };
}

/** Whatever comes from the API or a file, in the form that the canvas needs. */
export function read(raw: unknown): Definition {
  const given = (typeof raw === "object" && raw !== null ? raw : {}) as Partial<Definition>;
  const nodes = (given.nodes ?? []).map((node, index) => ({
    ...node,
    label: node.label ?? node.id,
    config: node.config ?? {},
    position: node.position ?? { x: index * GAP_X, y: 0 },
  }));
  const known = new Set(nodes.map((node) => node.id));
  return {
    version: given.version ?? "1.0",
    nodes,
    edges: (given.edges ?? [])
      .map((edge) => ({ ...edge, id: edge.id ?? `${edge.source}-${edge.target}` }))
      .filter((edge) => known.has(edge.source) && known.has(edge.target)),
    settings: given.settings ?? EMPTY.settings,
  };
}

/** What a text of a node may refer to: the input, and each node that comes before it. */
export function references(definition: Definition, id: string): { text: string; label: string }[] {
  const before = new Set<string>();
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const edge of definition.edges) {
      if (edge.target === at && !before.has(edge.source)) {
        before.add(edge.source);
        open.push(edge.source);
      }
    }
  }
  return [
    { text: "input", label: "What the node before put out" },
    ...definition.nodes
      .filter((node) => before.has(node.id))
      .map((node) => ({ text: node.type === "prompt" ? `${node.id}.text` : node.id, label: node.label })),
    { text: "trigger", label: "What the run was started with" },
    { text: "NOW", label: "The time" },
  ];
}
