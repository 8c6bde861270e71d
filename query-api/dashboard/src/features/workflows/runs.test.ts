import { expect, test } from "vitest";
import type { NodeExecution } from "./api";
import { EMPTY } from "./definition";
import { attemptOf, inOrder, isUnpriced, itemOfRun, labelOf, statusOf, waitOf } from "./runs";

function run(nodeId: string, scope: string): NodeExecution {
  return { id: `${nodeId}${scope}`, nodeId, scope, status: "completed" } as NodeExecution;
}

test("runs are told node by node, their items in order and counted from one", () => {
  const runs = [run("a", ""), run("b", "a[10]"), run("c", "a[0]/b[2]"), run("b", "a[2]")];
  expect(inOrder(runs).map((one) => `${one.nodeId} ${itemOfRun(one.scope)}`)).toEqual(["a ", "b 3", "b 11", "c 1.3"]);
});

test.each([
  ["a model without a price", { tokens: 12, output: { cost: null, costNanoUsd: null } }, true],
  ["one that costs nothing", { tokens: 12, output: { cost: "0.00", costNanoUsd: 0 } }, false],
  ["one with a price", { tokens: 12, output: { cost: "0.10", costNanoUsd: 100_000_000 } }, false],
  ["a node that asks no model", { output: { costNanoUsd: null } }, false],
  ["an output that did not come along", { tokens: 12, output: null }, false],
  ["one that did not come along of a model without a price", { tokens: 12, output: null, unpricedCalls: 1 }, true],
])("whether its cost is unknown, of %s", (_, run, unpriced) => expect(isUnpriced(run as NodeExecution)).toBe(unpriced));

test("a node is called what people call it, where that is known", () => {
  const runs = [{ nodeId: "fetch_leads", label: "New leads" }];
  expect([labelOf(runs, "fetch_leads"), labelOf(runs, "other")]).toEqual(["New leads", "other"]);
});

test("an attempt is told with how many there may be, where the definition that ran says so", () => {
  const node = { id: "ask", type: "prompt" as const, label: "Ask", config: {}, position: { x: 0, y: 0 } };
  const ran = { ...EMPTY, nodes: [node, { ...node, id: "own", retryPolicy: { maxAttempts: 5 } }] };
  expect(attemptOf({ nodeId: "ask", attemptNumber: 1 }, ran)).toBeNull();
  expect(attemptOf({ nodeId: "ask", attemptNumber: 2 }, ran)).toBe("attempt 2 of 3");
  expect(attemptOf({ nodeId: "own", attemptNumber: 4 }, ran)).toBe("attempt 4 of 5");
  expect(attemptOf({ nodeId: "ask", attemptNumber: 2 }, { ...ran, settings: {} })).toBe("attempt 2");
  expect(attemptOf({ nodeId: "gone", attemptNumber: 2 }, ran)).toBe("attempt 2");
  expect(attemptOf({ nodeId: "ask", attemptNumber: 2 }, undefined)).toBe("attempt 2");
});

test.each([
  ["running", "Asia/Tokyo", /^Waiting until 9:05:00\sPM$/],
  ["retrying", "UTC", /^Retrying at 12:05:00\sPM$/],
  ["running", "Pacific/Kiritimati", /^Waiting until Nov 28, 2026, 2:05:00\sAM$/],
] as const)("what is %s in %s is told with when it goes on, in the zone of whoever looks", (status, zone, told) => {
  const now = Date.parse(zone === "Pacific/Kiritimati" ? "2026-11-27T09:59:00Z" : "2026-11-27T12:00:00Z");
  expect(waitOf({ status, waitsUntil: "2026-11-27T12:05:00Z" }, zone, now)).toMatch(told);
  expect(waitOf({ status, waitsUntil: null }, zone, now)).toBeNull();
});

test("only the item that an execution stands still for is as the execution is", () => {
  const execution = { status: "paused" as const, reason: { code: "ambiguous_call", nodeId: "send", scope: "each[1]" } };
  const held = (nodeId: string, scope: string, status: NodeExecution["status"] = "queued") => statusOf({ nodeId, scope, status }, execution);
  expect([held("send", "each[1]"), held("send", "each[2]"), held("send", "each[1]", "completed"), held("other", "each[1]")]).toEqual(["paused", "queued", "completed", "queued"]);
});
