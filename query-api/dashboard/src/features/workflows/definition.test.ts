import { expect, test } from "vitest";
import { addNode, changeEdge, changeNode, connect, EMPTY, kindOfEdge, paste, read, references, removeNodes, toSave, whyNot, type Definition } from "./definition";

function chain(...types: Parameters<typeof addNode>[1][]): Definition {
  let definition = EMPTY;
  let before: string | null = null;
  for (const type of types) {
    const added = addNode(definition, type);
    definition = before ? connect(added.definition, before, added.id) : added.definition;
    before = added.id;
  }
  return definition;
}

test("a new node has an id of its own, and lies to the right", () => {
  const definition = chain("prompt", "prompt", "data_source");
  expect(definition.nodes.map((node) => node.id)).toEqual(["prompt", "prompt_2", "data_source"]);
  expect(definition.nodes.map((node) => node.position.x)).toEqual([0, 300, 600]);
});

test("a node's defaults are its own", () => {
  const first = addNode(EMPTY, "data_source").definition;
  const changed = changeNode(first, "data_source", { config: { ...first.nodes[0]!.config, sourceId: "other" } });
  expect(addNode(changed, "data_source").definition.nodes[1]!.config.sourceId).toBe("sample");
});

test("nothing goes round in a circle, follows itself, or is connected twice", () => {
  const definition = chain("data_source", "prompt", "output");
  expect(whyNot(definition, "output", "data_source")).toMatch("circle");
  expect(whyNot(definition, "prompt", "prompt")).toMatch("itself");
  expect(whyNot(definition, "data_source", "prompt")).toMatch("already");
  expect(whyNot(definition, "data_source", "output")).toBeNull();
  expect(connect(definition, "output", "data_source")).toBe(definition);
});

test("nothing leads over the border of what a loop runs for each item but the loop's own line", () => {
  let definition = EMPTY;
  for (const type of ["prompt", "loop", "delay", "webhook", "output"] as const) {
    definition = addNode(definition, type).definition;
  }
  definition = changeNode(definition, "loop", { label: "Each", config: { bodyNodes: ["delay", "webhook", "gone", "loop"] } });
  const why = "That would cross the border of what Each runs for each item. Connect Each itself.";
  expect(whyNot(definition, "prompt", "delay")).toBe(why);
  expect(whyNot(definition, "delay", "output")).toBe(why);
  expect(whyNot(definition, "delay", "loop")).toBe(why);
  expect(connect(definition, "prompt", "delay")).toBe(definition);
  expect([whyNot(definition, "loop", "delay"), whyNot(definition, "delay", "webhook"), whyNot(definition, "prompt", "loop"), whyNot(definition, "loop", "output")]).toEqual([null, null, null, null]);
  // A loop within a loop is in the outer one's body, and its own body is within it.
  const nested = changeNode(addNode(definition, "loop").definition, "loop_2", { config: { bodyNodes: ["loop"] } });
  expect(whyNot(nested, "loop_2", "loop")).toBeNull();
  expect(whyNot(nested, "loop_2", "delay")).toContain("Connect Each itself");
});

test("with a node go its edges and its place in a loop's body", () => {
  let definition = chain("loop", "prompt", "output");
  definition = changeNode(definition, "loop", { config: { bodyNodes: ["prompt", "output"] } });
  const left = removeNodes(definition, new Set(["prompt"]));
  expect(left.edges).toEqual([]);
  expect(left.nodes[0]!.config.bodyNodes).toEqual(["output"]);
});

test("the branches of a condition are where its edges lead", () => {
  let definition = addNode(addNode(addNode(EMPTY, "condition").definition, "prompt").definition, "delay").definition;
  definition = connect(connect(definition, "condition", "prompt", "true"), "condition", "delay", "false");
  expect(toSave(definition).nodes[0]!.config).toMatchObject({ trueBranch: ["prompt"], falseBranch: ["delay"] });
  expect(definition.edges.map((edge) => edge.condition)).toEqual(["true", "false"]);
});

test("what is pasted has new ids and the edges between its own", () => {
  const definition = chain("data_source", "prompt", "output");
  const copied = { nodes: definition.nodes.slice(1), edges: definition.edges };
  const pasted = paste(definition, copied);
  expect(pasted.ids).toEqual(["prompt_2", "output_2"]);
  expect(pasted.definition.edges.slice(2)).toEqual([{ id: "prompt_2-output_2", source: "prompt_2", target: "output_2" }]);
});

test("a file without positions, or with an edge to nowhere, can be opened", () => {
  const opened = read({ nodes: [{ id: "a", type: "prompt", config: {} }], edges: [{ source: "a", target: "gone" }] });
  expect(opened.nodes[0]).toMatchObject({ label: "a", position: { x: 0, y: 0 } });
  expect(opened.edges).toEqual([]);
});

test("a text may refer to what comes before its node, and to nothing behind", () => {
  const definition = chain("data_source", "prompt", "output");
  expect(references(definition, "prompt").map((one) => one.text)).toEqual(["input", "data_source", "trigger", "NOW"]);
  expect(references(definition, "output").map((one) => one.text)).toEqual(["input", "data_source", "prompt.text", "trigger", "NOW"]);
});

test("an edge is followed always, on a failure, or if an expression holds; and back", () => {
  let definition = chain("data_source", "prompt");
  const id = definition.edges[0]!.id;
  const kind = () => kindOfEdge(definition.edges[0]!);
  expect(kind()).toBe("always");
  definition = changeEdge(definition, id, "error");
  expect(definition.edges[0]).toEqual({ id, source: "data_source", target: "prompt", condition: "error", label: "error" });
  definition = changeEdge(definition, id, "expression", "input.score > 70");
  expect([kind(), definition.edges[0]!.condition]).toEqual(["expression", "input.score > 70"]);
  definition = changeEdge(definition, id, "always");
  expect(definition.edges[0]).toEqual({ id, source: "data_source", target: "prompt" });
});

test("beside an edge for failures there can be another, with an id of its own", () => {
  let definition = chain("data_source", "prompt");
  definition = changeEdge(definition, definition.edges[0]!.id, "error");
  definition = connect(definition, "data_source", "prompt");
  expect(definition.edges.map((edge) => edge.id)).toEqual(["data_source-prompt", "data_source-prompt-2"]);
});

test("what a node says for itself can be taken back", () => {
  const added = addNode(EMPTY, "prompt");
  const own = changeNode(added.definition, added.id, { timeout: 30, errorHandling: "continue" });
  expect(own.nodes[0]).toMatchObject({ timeout: 30, errorHandling: "continue" });
  expect("timeout" in changeNode(own, added.id, { timeout: undefined }).nodes[0]!).toBe(false);
});

test("what is pasted speaks of what was pasted with it, and of the rest as before", () => {
  let definition = chain("data_source", "prompt", "loop");
  definition = changeNode(definition, "prompt", { config: { promptTemplate: "{{data_source.name}} {{ prompt.text }} {{input.prompt}} prompt", nested: [{ text: "{{prompt}}" }] } });
  definition = changeNode(definition, "loop", { config: { iterateOver: "input", bodyNodes: ["prompt", "data_source"] } });
  const { nodes } = paste(definition, { nodes: definition.nodes.slice(1), edges: definition.edges }).definition;
  expect(nodes[3]!.config).toEqual({ promptTemplate: "{{data_source.name}} {{ prompt_2.text }} {{input.prompt}} prompt", nested: [{ text: "{{prompt_2}}" }] });
  expect(nodes[4]!.config.bodyNodes).toEqual(["prompt_2"]);
  expect(nodes[1]!.config).toEqual(definition.nodes[1]!.config);
});
