import { expect, test } from "vitest";
import type { Diff } from "./api-automation";
import { EMPTY, type Config } from "./definition";
import { diffOf, linesOf } from "./diff";

const NONE = { added: [], removed: [], changed: [] };

function diff(parts: object): Diff {
  return { from: 1, to: 2, nodes: NONE, edges: NONE, settings: { changed: false }, ...parts } as unknown as Diff;
}

test("a change is told by its field, with what was there and what is now", () => {
  const node = { id: "prompt", label: "Welcome", config: { model: "gpt-4o", maxTokens: 10 }, position: { x: 0, y: 0 } };
  const after = { ...node, config: { model: "gpt-4o-mini", maxTokens: 10 }, position: { x: 50, y: 0 } };
  expect(linesOf(diff({ nodes: { ...NONE, changed: [{ id: "prompt", before: node, after }] } }))).toEqual([
    { kind: "changed", what: "Welcome", details: [{ field: "model", before: "gpt-4o", after: "gpt-4o-mini" }] },
  ]);
});

test("a node that was only moved says so", () => {
  const node = { id: "a", label: "A", config: {}, position: { x: 0, y: 0 } };
  const lines = linesOf(diff({ nodes: { ...NONE, changed: [{ id: "a", before: node, after: { ...node, position: { x: 9, y: 9 } } }] } }));
  expect(lines[0]!.details).toEqual([{ field: "moved", before: null, after: null }]);
});

test("edges are named by the nodes that they connect", () => {
  const lines = linesOf(
    diff({
      nodes: { ...NONE, added: [{ id: "b", label: "Mail" }] },
      edges: { ...NONE, added: [{ id: "a-b", source: "a", target: "b" }] },
      settings: { changed: true, before: { timeout: 60 }, after: { timeout: 90 } },
    }),
  );
  expect(lines.map((line) => line.what)).toEqual(["Mail", "a → Mail", "Workflow settings"]);
  expect(lines[2]!.details).toEqual([{ field: "timeout", before: "60", after: "90" }]);
});

test("of two that are here, what is different is told as of two versions", () => {
  const node = (id: string, config: Config) => ({ id, type: "delay" as const, label: id, config, position: { x: 0, y: 0 } });
  const before = { ...EMPTY, nodes: [node("a", { delayMs: 1, tags: { x: 1, y: 2 } }), node("b", {})], edges: [{ id: "a-b", source: "a", target: "b" }] };
  const after = { ...EMPTY, nodes: [node("a", { tags: { y: 2, x: 1 }, delayMs: 2 }), node("c", {})], settings: { ...EMPTY.settings, timeout: 60 } };
  expect(linesOf(diffOf(before, after)).map(({ kind, what, details }) => [kind, what, ...details.map(({ field, before, after }) => `${field}: ${before} > ${after}`)])).toEqual([
    ["added", "c"],
    ["removed", "b"],
    ["changed", "a", "delayMs: 1 > 2"],
    ["removed", "a → b"],
    ["changed", "Workflow settings", "timeout: 3600 > 60"],
  ]);
  expect(linesOf(diffOf(before, before))).toEqual([]);
});
