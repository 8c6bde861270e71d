import { beforeEach, expect, test } from "vitest";
import { copiedFor, forgetCopied, keepCopied } from "./copied";
import { EMPTY, type Definition } from "./definition";

const CALL = { id: "call", type: "webhook" as const, label: "Call", config: { url: "https://example.com", headers: { Authorization: "Bearer 1234" } }, position: { x: 700, y: 300 } };

const THEN = { id: "then", type: "delay" as const, label: "Then", config: { delayMs: 1 }, position: { x: 1000, y: 340 } };

const PART = { nodes: [CALL, THEN], edges: [{ id: "e1", source: "call", target: "then" }, { id: "e2", source: "then", target: "other" }] };

const OTHER: Definition = { ...EMPTY, nodes: [{ ...THEN, id: "a", position: { x: 50, y: 20 } }, { ...THEN, id: "b", position: { x: 350, y: 80 } }] };

beforeEach(() => {
  localStorage.clear();
  forgetCopied();
});

test("in the same workflow, nodes are copied as they are, with the edges between them", () => {
  keepCopied("ann", "one", PART);
  expect(copiedFor("ann", "one", EMPTY)).toEqual({ nodes: [CALL, THEN], edges: [PART.edges[0]] });
});

test("in another workflow, they lie below what is there, or where it begins", () => {
  keepCopied("ann", "one", PART);
  expect(copiedFor("ann", "two", OTHER)!.nodes.map(({ position }) => position)).toEqual([
    { x: 50, y: 280 },
    { x: 350, y: 320 },
  ]);
  expect(copiedFor("ann", "two", EMPTY)!.nodes[0]!.position).toEqual({ x: 0, y: 0 });
});

test("another tab has them too, without what is called like a credential, and nobody else has", () => {
  keepCopied("ann", "one", PART);
  forgetCopied();
  expect(copiedFor("ann", "one", EMPTY)!.nodes[0]!.config).toEqual({ ...CALL.config, headers: { Authorization: "" } });
  expect(copiedFor("bob", "one", EMPTY)).toBeNull();
});

test("what another tab has copied since is what is pasted, and what is no workflow's is not", () => {
  keepCopied("ann", "one", PART);
  const [place] = Object.keys(localStorage);
  const since = (part: unknown) => localStorage.setItem(place!, JSON.stringify({ at: new Date().toISOString(), value: { stamp: "2", of: "one", part } }));
  since({ nodes: [THEN], edges: [] });
  expect(copiedFor("ann", "one", EMPTY)!.nodes).toEqual([THEN]);
  since({ nodes: [{ id: "x", type: "shell" }] });
  expect(copiedFor("ann", "one", EMPTY)).toBeNull();
});
