import { expect, test } from "vitest";
import type { NodeExecution } from "./api";
import { addNode, connect, EMPTY } from "./definition";
import { sampleOf } from "./sample";

const definition = connect(addNode(addNode(EMPTY, "data_source").definition, "prompt").definition, "data_source", "prompt");

function run(nodeId: string, output: unknown): NodeExecution {
  return { id: nodeId, nodeId, scope: "", status: "completed", output } as NodeExecution;
}

test("a node is tried with what it was given in the last run, of several records the first", () => {
  expect(sampleOf(definition, [run("data_source", { records: [{ name: "Ada" }, { name: "Grace" }] })], "prompt")).toEqual({ name: "Ada" });
  expect(sampleOf(definition, [run("data_source", [1, 2])], "prompt")).toBe(1);
  expect(sampleOf(definition, [run("data_source", { a: 1 })], "prompt")).toEqual({ a: 1 });
  expect(sampleOf(definition, [], "prompt")).toBeUndefined();
});
