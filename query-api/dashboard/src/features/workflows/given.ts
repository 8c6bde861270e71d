import { NODE_TYPES } from "./definition";

type Given = Record<string, unknown>;

const isObject = (value: unknown): value is Given => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === "string";

/** An answer of the API may say null where there is nothing. */
const isThere = (value: unknown) => value !== undefined && value !== null;

/** As far out as a node is still found again, in pixels. */
const FARTHEST = 1e6;

const isPlace = (value: unknown) => typeof value === "number" && Math.abs(value) <= FARTHEST;

/**
 * Why something that a person pasted or opened is no workflow that the canvas can show, in words for them; null if it is one. What
 * only the API refuses, as a loop without a body, is not asked here: the canvas is where it is mended.
 */
export function whyNoWorkflow(given: unknown): string | null {
  if (!isObject(given) || !Array.isArray(given.nodes)) {
    return "This is not a workflow in JSON: it needs a list of nodes.";
  }
  const seen = new Set<string>();
  for (const [index, node] of given.nodes.entries()) {
    const why = whyNoNode(node, seen);
    if (why) {
      return `Node ${index + 1} ${why}`;
    }
    seen.add((node as { id: string }).id);
  }
  if (given.settings !== undefined && !isObject(given.settings)) {
    return "The settings are no object.";
  }
  return given.edges === undefined ? null : whyNoEdges(given.edges, seen);
}

function whyNoNode(node: unknown, seen: ReadonlySet<string>): string | null {
  if (!isObject(node) || !isText(node.id) || node.id === "") {
    return "needs an id, a text.";
  }
  const named = `("${node.id}")`;
  if (seen.has(node.id)) {
    return `${named} has the id of another.`;
  }
  if (!NODE_TYPES.some((type) => type === node.type)) {
    return `${named} is of no type that there is: ${NODE_TYPES.join(", ")}.`;
  }
  if (isThere(node.label) && !isText(node.label)) {
    return `${named} has a label that is no text.`;
  }
  if (isThere(node.config) && !isObject(node.config)) {
    return `${named} has a config that is no object.`;
  }
  if (node.position !== undefined && !(isObject(node.position) && isPlace(node.position.x) && isPlace(node.position.y))) {
    return `${named} has a position that is no x and y.`;
  }
  return null;
}

function whyNoEdges(edges: unknown, nodes: ReadonlySet<string>): string | null {
  if (!Array.isArray(edges)) {
    return "The edges are no list.";
  }
  const seen = new Set<string>();
  for (const [index, edge] of edges.entries()) {
    if (!isObject(edge) || !isText(edge.source) || !isText(edge.target)) {
      return `Edge ${index + 1} needs a source and a target, ids of nodes.`;
    }
    const missing = [edge.source, edge.target].find((id) => !nodes.has(id));
    if (missing !== undefined) {
      return `Edge ${index + 1} leads to or from "${missing}", which is no node.`;
    }
    if ([edge.id, edge.condition, edge.label].some((value) => isThere(value) && !isText(value))) {
      return `Edge ${index + 1} has an id, condition or label that is no text.`;
    }
    const id = isText(edge.id) ? edge.id : `${edge.source}-${edge.target}`;
    if (seen.has(id)) {
      return `Edge ${index + 1} ("${id}") is there twice.`;
    }
    seen.add(id);
  }
  return null;
}
