import { afterEach, expect, test, vi } from "vitest";
import { fittingFirst, fittingLegibly, isAway, isSeenWhole, readable } from "./view";

const at = (id: string, x: number) => ({ id, position: { x, y: 0 } });
const ids = (nodes: { id: string }[]) => nodes.map((node) => node.id).join("");

// Each is 240 wide.
const NODES = [at("a", 0), at("b", 300), at("c", 600), at("d", 900)];

test("what is shown first is what can be read, from the first node on", () => {
  expect(ids(readable(NODES, 2000))).toBe("abcd");
  expect(ids(readable(NODES, 900))).toBe("abc");
  expect(ids(readable(NODES, 300))).toBe("a");
  expect(readable([], 300)).toEqual([]);
});

test("a node that was added is in view, with what leads up to it", () => {
  expect(ids(readable(NODES, 600, NODES[3]))).toBe("cd");
  expect(ids(readable(NODES, 300, NODES[1]))).toBe("b");
});

afterEach(() => vi.unstubAllGlobals());

function resize(innerWidth: number, innerHeight: number) {
  vi.stubGlobal("innerWidth", innerWidth);
  vi.stubGlobal("innerHeight", innerHeight);
}

const row = (count: number) => Array.from({ length: count }, (_, index) => at(`n${index}`, index * 300));
const column = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `n${index}`, position: { x: 0, y: index * 124 } }));
const shown = (nodes: ReturnType<typeof row>, readOnly = false) => fittingFirst(nodes, readOnly).nodes?.map(({ id }) => id) ?? "all";

test("a graph is shown whole at first, if its nodes are read all at once", () => {
  resize(1440, 900);
  expect(shown(row(4))).toBe("all");
  // Of the canvas, less what is left around the nodes; so small they are drawn.
  expect(fittingFirst(row(4), false).minZoom).toBeLessThanOrEqual((816 - 112) / 1140);
  expect(fittingFirst(row(4), false).minZoom).toBeGreaterThanOrEqual(0.6);
  expect(shown(column(9))).toBe("all");
  expect(shown([])).toBe("all");
  resize(360, 800);
  expect(shown(row(2))).toBe("all");
  expect(shown(row(2), true)).toBe("all");
});

test("one that would be too small begins with its first nodes, as many as can be read", () => {
  resize(1440, 900);
  for (const count of [5, 7, 9]) {
    expect(shown(row(count))).toEqual(["n0", "n1", "n2"]);
    expect(fittingFirst(row(count), false).minZoom).toBe(0.75);
  }
  // Where it is only watched there is more room.
  expect(shown(row(6), true)).toBe("all");
  resize(360, 800);
  expect(shown(row(5))).toEqual(["n0"]);
});

test("in a narrow window the canvas has all that its bars leave, and a graph that is watched more than half", () => {
  resize(360, 780);
  const nodes = column(20);
  expect(fittingLegibly(nodes, false).nodes?.map(({ id }) => id)).toEqual(["n0", "n1", "n2"]);
  expect(fittingLegibly(nodes, true).nodes?.map(({ id }) => id)).toEqual(["n0", "n1", "n2"]);
  resize(640, 360);
  expect(fittingLegibly(nodes, false).nodes?.map(({ id }) => id)).toEqual(["n0"]);
});

test("of one that is too high those are shown that are beside the first, or beside the one that was added", () => {
  resize(1440, 900);
  const nodes = column(20);
  expect(shown(nodes)).toEqual(["n0", "n1", "n2", "n3"]);
  expect(fittingLegibly(nodes, false, nodes[19]).nodes?.map(({ id }) => id)).toEqual(["n16", "n17", "n18", "n19"]);
});

test.each([
  ["in the middle", { x: 300, y: 300 }, true, false],
  ["over an edge", { x: 900, y: 300 }, false, false],
  ["under the palette", { x: 110, y: 300 }, false, false],
  ["beyond the right", { x: 1000, y: 300 }, false, true],
  ["before the left", { x: -30, y: 300 }, false, true],
  ["above", { x: 300, y: -50 }, false, true],
  ["below", { x: 300, y: 700 }, false, true],
])("a node %s is seen whole, or not at all", (_, place, isWhole, isGone) => {
  const canvas = { left: 100, right: 1000, top: 50, bottom: 700 };
  expect(isSeenWhole(place, 0.5, canvas)).toBe(isWhole);
  expect(isAway(place, 0.5, canvas)).toBe(isGone);
});
