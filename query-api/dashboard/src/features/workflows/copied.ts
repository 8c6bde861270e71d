import { draftAt, keepDraft, placeOf } from "@/shared/session/drafts";
import { read, type Definition } from "./definition";
import { withoutCredentials } from "./draft";
import { whyNoWorkflow } from "./given";

/** Nodes, and the edges between them. */
export type Part = Pick<Definition, "nodes" | "edges">;

interface Copied {
  /** Tells one copy from the next. */
  stamp: string;
  /** Of which workflow they are. */
  of: string;
  part: Part;
}

/** What was copied here, as it is: what the browser keeps for its other tabs has no credentials. */
let here: (Copied & { userId: string }) | null = null;

/** Above what is below which. */
const BELOW = 200;

function placeFor(userId: string): string {
  return placeOf(userId, "any", "copied nodes");
}

/** @param of the workflow, whatever tells it from others */
export function keepCopied(userId: string, of: string, { nodes, edges }: Part): void {
  const chosen = new Set(nodes.map(({ id }) => id));
  const part = { nodes, edges: edges.filter(({ source, target }) => chosen.has(source) && chosen.has(target)) };
  const stamp = crypto.getRandomValues(new Uint32Array(2)).join("-");
  here = { userId, stamp, of, part };
  const { definition } = withoutCredentials(read(part));
  keepDraft(placeFor(userId), { stamp, of, part: { nodes: definition.nodes, edges: definition.edges } });
}

/** What this person copied last, in whichever workflow and tab of this browser; null if that is nothing, or nothing that can be drawn. */
function lastCopied(userId: string): Copied | null {
  const kept = (draftAt(placeFor(userId))?.value ?? {}) as Partial<Copied>;
  const own = here?.userId === userId ? here : null;
  if (own && (own.stamp === kept.stamp || kept.stamp === undefined)) {
    return own;
  }
  return typeof kept.stamp === "string" && typeof kept.of === "string" && whyNoWorkflow(kept.part) === null ? { stamp: kept.stamp, of: kept.of, part: read(kept.part) } : null;
}

/** What is to be pasted into a workflow: where it was in the one that it is of; in another, below what is there. */
export function copiedFor(userId: string, of: string, definition: Definition): Part | null {
  const copied = lastCopied(userId);
  if (!copied || copied.of === of) {
    return copied?.part ?? null;
  }
  const { nodes, edges } = copied.part;
  const least = (axis: "x" | "y", among: Part["nodes"]) => Math.min(...among.map(({ position }) => position[axis]));
  const lowest = Math.max(...definition.nodes.map(({ position }) => position.y));
  const isEmpty = definition.nodes.length === 0;
  const left = (isEmpty ? 0 : least("x", definition.nodes)) - least("x", nodes);
  const down = (isEmpty ? 0 : lowest + BELOW) - least("y", nodes);
  return { nodes: nodes.map((node) => ({ ...node, position: { x: node.position.x + left, y: node.position.y + down } })), edges };
}

/** As in a tab that is opened anew. */
export function forgetCopied(): void {
  here = null;
}
