import type { FitViewOptions } from "@xyflow/react";
import { NODE_WIDTH, type WorkflowNode } from "./definition";

/** How small nodes are drawn before some of them are left out of the view: below it nobody reads them, nor hits their dots. */
const LEGIBLE = { edited: 0.75, watched: 0.6 };

/** Beside the canvas, in a window that is wide enough for them. */
const NAVIGATION_WIDTH = 240;
const PROPERTIES_WIDTH = 384;

interface Screen {
  /** Of the canvas, in px. */
  width: number;
  isNarrow: boolean;
}

export function screenOf(readOnly: boolean): Screen {
  const { innerWidth } = window;
  const beside = innerWidth < 1024 ? 0 : NAVIGATION_WIDTH + (readOnly ? 0 : PROPERTIES_WIDTH);
  return { width: innerWidth - beside, isNarrow: innerWidth < 640 };
}

type Placed = Pick<WorkflowNode, "id" | "position">;

/**
 * The nodes that can be read side by side: from the first on, or those that lead up to one.
 *
 * @param width that they may take together, as nodes are measured
 */
export function readable<T extends Placed>(nodes: readonly T[], width: number, upTo?: T): T[] {
  const right = (node: T) => node.position.x + NODE_WIDTH;
  if (upTo) {
    return nodes.filter((node) => node === upTo || (right(node) <= right(upTo) && node.position.x >= right(upTo) - width));
  }
  const left = Math.min(...nodes.map((node) => node.position.x));
  return nodes.filter((node) => right(node) - left <= width);
}

/** All nodes, however small; beside the palette, where there is one. */
export function fitting(readOnly: boolean): FitViewOptions {
  const hasPalette = !readOnly && !screenOf(readOnly).isNarrow;
  return { maxZoom: 1, padding: { x: "32px", y: "40px", ...(hasPalette ? { left: "80px" } : {}) } };
}

/** As many nodes as can be read, from the first on or up to one. */
export function fittingLegibly(nodes: readonly WorkflowNode[], readOnly: boolean, upTo?: WorkflowNode): FitViewOptions {
  const minZoom = readOnly ? LEGIBLE.watched : LEGIBLE.edited;
  const { width, isNarrow } = screenOf(readOnly);
  // Beside the nodes there is what fitting leaves, and around a canvas that is only watched the page's own margin.
  const room = (width - (isNarrow && !readOnly ? 64 : 112)) / minZoom;
  return { ...fitting(readOnly), minZoom, nodes: readable(nodes, room, upTo).map(({ id }) => ({ id })) };
}
