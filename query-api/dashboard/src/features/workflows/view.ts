import type { FitViewOptions } from "@xyflow/react";
import { NODE_WIDTH, type WorkflowNode } from "./definition";

/** How small nodes are drawn before some of them are left out of the view: below it nobody reads them with ease. */
const LEGIBLE = { edited: 0.75, watched: 0.6 };

/** How small a graph is drawn to be seen whole at first: smaller, what stands in its nodes is not read, and its beginning says more. */
const WHOLE = 0.6;

/** The same where its beginning would be a single node, which says nothing of what leads where: there labels are told apart at least. */
const WHOLE_AT_LEAST = 0.45;

/** Of a node without a fault. */
const NODE_HEIGHT = 84;

/** Beside the canvas, in a window that is wide enough for them. */
const NAVIGATION_WIDTH = 240;
const PROPERTIES_WIDTH = 384;

/** Above it, where it is edited; where the window is narrow, in one line more, and where the properties are a sheet, with their line below it. */
const BARS_HEIGHT = 112;
const SECOND_BAR_HEIGHT = 44;
const SHEET_LINE_HEIGHT = 44;

/** Where it is only watched. In a narrow window as much of it as leaves room to get past it. */
const WATCHED = { least: 256, narrow: 0.56, wide: 320 };

interface Screen {
  /** Of the canvas, in px. */
  width: number;
  height: number;
  isNarrow: boolean;
}

export function screenOf(readOnly: boolean): Screen {
  const { innerWidth, innerHeight } = window;
  const isWide = innerWidth >= 1024;
  const isNarrow = innerWidth < 640;
  const beside = isWide ? NAVIGATION_WIDTH + (readOnly ? 0 : PROPERTIES_WIDTH) : 0;
  const around = BARS_HEIGHT + (isNarrow ? SECOND_BAR_HEIGHT : 0) + (isWide ? 0 : SHEET_LINE_HEIGHT);
  const watched = isNarrow ? Math.max(WATCHED.least, innerHeight * WATCHED.narrow) : WATCHED.wide;
  return { width: innerWidth - beside, height: readOnly ? watched : Math.max(192, innerHeight - around), isNarrow };
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

/** All of them, if they are seen well enough all at once; else as many as can be read, from the first on. */
export function fittingFirst(nodes: readonly Placed[], readOnly: boolean): FitViewOptions {
  const beginning = fittingLegibly(nodes, readOnly);
  const least = beginning.nodes?.length === 1 ? WHOLE_AT_LEAST : WHOLE;
  return zoomOfAll(nodes, roomOf(readOnly)) >= least ? { ...fitting(readOnly), minZoom: least } : beginning;
}

/** As many nodes as can be read, from the first on or up to one. */
export function fittingLegibly<T extends Placed>(nodes: readonly T[], readOnly: boolean, upTo?: T): FitViewOptions {
  const minZoom = readOnly ? LEGIBLE.watched : LEGIBLE.edited;
  const room = roomOf(readOnly);
  const beside = readable(nodes, room.width / minZoom, upTo);
  const middle = (upTo ?? first(beside))?.position.y ?? 0;
  const reach = (room.height / minZoom - NODE_HEIGHT) / 2;
  const shown = beside.filter((node) => Math.abs(node.position.y - middle) <= reach);
  return { ...fitting(readOnly), minZoom, nodes: shown.map(({ id }) => ({ id })) };
}

/** What the palette covers at the left. */
const COVERED = 64;

interface Point {
  x: number;
  y: number;
}

type Box = Pick<DOMRect, "left" | "right" | "top" | "bottom">;

/** Where a node begins is told as the box is, on the screen. */
export function isSeenWhole({ x, y }: Point, zoom: number, box: Box): boolean {
  return x > box.left + COVERED && x + NODE_WIDTH * zoom < box.right && y > box.top && y + NODE_HEIGHT * zoom < box.bottom;
}

/** Whether nothing of it is seen. */
export function isAway({ x, y }: Point, zoom: number, box: Box): boolean {
  return x + NODE_WIDTH * zoom <= box.left || x >= box.right || y + NODE_HEIGHT * zoom <= box.top || y >= box.bottom;
}

function first<T extends Placed>(nodes: readonly T[]): T | undefined {
  return nodes.reduce<T | undefined>((most, node) => (most === undefined || node.position.x < most.position.x ? node : most), undefined);
}

/** What there is for nodes on the screen, in px: around them is what fitting leaves, and around a canvas that is only watched the page's own margin. */
function roomOf(readOnly: boolean): { width: number; height: number } {
  const { width, height, isNarrow } = screenOf(readOnly);
  return { width: width - (isNarrow && !readOnly ? 64 : 112), height: height - 80 };
}

/** How they would be drawn to be there all at once. */
function zoomOfAll(nodes: readonly Placed[], room: { width: number; height: number }): number {
  const span = (places: number[]) => (places.length === 0 ? 0 : Math.max(...places) - Math.min(...places));
  const width = span(nodes.map((node) => node.position.x)) + NODE_WIDTH;
  const height = span(nodes.map((node) => node.position.y)) + NODE_HEIGHT;
  return Math.min(room.width / width, room.height / height);
}
