import { expect, test } from "vitest";
import { readable } from "./view";

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
