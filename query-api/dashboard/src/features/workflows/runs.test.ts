import { expect, test } from "vitest";
import type { NodeExecution } from "./api";
import { inOrder, itemOfRun } from "./runs";

function run(nodeId: string, scope: string): NodeExecution {
  return { id: `${nodeId}${scope}`, nodeId, scope, status: "completed" } as NodeExecution;
}

test("runs are told node by node, their items in order and counted from one", () => {
  const runs = [run("a", ""), run("b", "a[10]"), run("c", "a[0]/b[2]"), run("b", "a[2]")];
  expect(inOrder(runs).map((one) => `${one.nodeId} ${itemOfRun(one.scope)}`)).toEqual(["a ", "b 3", "b 11", "c 1.3"]);
});
