import { expect, test } from "vitest";
import type { NodeExecution } from "./api";
import { addNode, changeNode, connect, EMPTY, type Definition } from "./definition";
import { inOrder, inputOf, itemOfRun } from "./inputs";

function run(nodeId: string, scope: string, output: unknown, more: Partial<NodeExecution> = {}): NodeExecution {
  return { id: `${nodeId}${scope}`, nodeId, scope, status: "completed", output, ...more } as NodeExecution;
}

function chain(...types: Parameters<typeof addNode>[1][]): Definition {
  return types.reduce((definition, type) => {
    const added = addNode(definition, type);
    const before = definition.nodes.at(-1)?.id;
    return before ? connect(added.definition, before, added.id) : added.definition;
  }, EMPTY);
}

const RECORDS = { records: [{ name: "Ada" }, { name: "Grace" }] };

test("a node behind a list is given its item, and one behind that what was made of it", () => {
  const definition = chain("data_source", "prompt", "output");
  const nodeExecutions = [run("data_source", "", RECORDS), run("prompt", "data_source[1]", { text: "Hi" }), run("output", "data_source[1]", {})];
  const told = { nodeExecutions };
  expect(inputOf(definition, told, nodeExecutions[1]!)).toEqual({ value: { name: "Grace" } });
  expect(inputOf(definition, told, nodeExecutions[2]!)).toEqual({ value: { text: "Hi" } });
});

test("the first is given what the run was started with, and several nodes before one are all told", () => {
  let definition = addNode(addNode(addNode(EMPTY, "prompt").definition, "delay").definition, "output").definition;
  definition = connect(connect(definition, "prompt", "output"), "delay", "output");
  const nodeExecutions = [run("prompt", "", "a"), run("delay", "", "b"), run("output", "", null)];
  const told = { triggerData: { input: { id: 7 } }, nodeExecutions };
  expect(inputOf(definition, told, nodeExecutions[0]!)).toEqual({ value: { id: 7 } });
  expect(inputOf(definition, told, nodeExecutions[2]!)).toEqual({ value: { input_0: "a", input_1: "b" } });
});

test("what collects is given the list of what was made of each item, in their order", () => {
  let definition = chain("data_source", "prompt", "transform");
  definition = changeNode(definition, "transform", { config: { transformType: "reduce" } });
  const nodeExecutions = [run("data_source", "", RECORDS), run("prompt", "data_source[10]", "k"), run("prompt", "data_source[2]", "c"), run("transform", "", null)];
  expect(inputOf(definition, { nodeExecutions }, nodeExecutions[3]!)).toEqual({ value: ["c", "k"] });
});

test("an output that is large is named, and what is not told is not made up", () => {
  const definition = chain("data_source", "prompt");
  const source = run("data_source", "", null, { outputPayloadId: "p1" });
  const prompt = run("prompt", "data_source[0]", null);
  expect(inputOf(definition, { nodeExecutions: [source, prompt] }, prompt)).toEqual({ largeOutputOf: "data_source" });
  expect(inputOf(definition, { nodeExecutions: [prompt] }, prompt)).toBeNull();
  const looped = chain("loop", "prompt");
  expect(inputOf(looped, { nodeExecutions: [run("loop", "", { items: [1] })] }, run("prompt", "loop[0]", null))).toBeNull();
});

test("runs are told node by node, their items in order and counted from one", () => {
  const runs = [run("a", "", 1), run("b", "a[10]", 1), run("c", "a[0]/b[2]", 1), run("b", "a[2]", 1)];
  expect(inOrder(runs).map((one) => `${one.nodeId} ${itemOfRun(one.scope)}`)).toEqual(["a ", "b 3", "b 11", "c 1.3"]);
});
