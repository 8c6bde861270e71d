import { expect, test } from "vitest";
import { ProblemError } from "@/shared/api/client";
import { EMPTY, removeNodes, type Definition } from "./definition";
import { faultsOf, keptWith, placeOf, sentenceOf, type Warning } from "./faults";

const node = (id: string) => ({ id, type: "prompt" as const, label: id, config: {}, position: { x: 0, y: 0 } });

const SENT: Definition = { ...EMPTY, nodes: [node("first"), node("second")], edges: [{ id: "first-second", source: "first", target: "second" }] };

function warning(more: Partial<Warning>): Warning {
  return {
    severity: "warning",
    field: "nodes[1].config.model",
    detail: 'names "house-model", which has no list price',
    remedy: "Name a model of the price list, or give the account a price for this one.",
    message: "",
    ...more,
  };
}

const REFUSED = new ProblemError(400, {
  errors: [
    { field: "definition.nodes[1].config.model", detail: "is missing", remedy: "Name a model." },
    { field: "definition.nodes[1].timeout", detail: "is negative", remedy: "Give seconds." },
    { field: "definition.edges[0].condition", detail: "is no expression", remedy: "Write one." },
    { field: "name", detail: "is too long", remedy: "Shorten it." },
  ],
});

test("what was refused is wrong at the nodes it was sent with, also when one before them is gone from the canvas", () => {
  const faults = faultsOf(REFUSED, SENT, []);
  expect(removeNodes(SENT, new Set(["first"])).nodes[0]?.id).toBe("second");
  expect([...faults]).toEqual([
    ["second", { severity: "error", text: "model is missing. Name a model. timeout is negative. Give seconds." }],
    ["first-second", { severity: "error", text: "condition is no expression. Write one." }],
  ]);
  expect(faultsOf(REFUSED, undefined, []).size).toBe(0);
  expect(faultsOf(new TypeError("no network"), SENT, []).size).toBe(0);
});

test("what was saved with a warning has it at its node or edge, and an error there is told before it", () => {
  const warnings = [
    warning({ nodeId: "second" }),
    warning({ nodeId: "first", field: "nodes[0]", detail: "is connected to nothing", remedy: "Connect it." }),
    warning({ edgeId: "first-second", field: "edges[0].condition", detail: "has {{braces}}", remedy: "Leave them out." }),
    warning({ field: "nodes", detail: "is empty", remedy: "Add a node." }),
  ];
  const faults = faultsOf(null, SENT, warnings);
  expect(faults.get("first")).toEqual({ severity: "warning", text: "It is connected to nothing. Connect it." });
  expect(faults.get("second")?.text).toContain('model names "house-model", which has no list price.');
  expect(faults.get("first-second")?.severity).toBe("warning");
  expect(faults.size).toBe(3);
  expect(warnings.map(placeOf)).toEqual(["second", "first", "first-second", undefined]);
  expect(sentenceOf(warnings[3]!)).toBe("nodes is empty. Add a node.");
  expect(faultsOf(REFUSED, SENT, warnings).get("second")).toEqual({ severity: "error", text: expect.stringMatching(/^model is missing/) });
});

test("what is kept says so first, and how many warnings there are", () => {
  expect(keptWith("It is saved.", [])).toEqual(["It is saved.", "good"]);
  expect(keptWith("It is saved.", [warning({})])).toEqual(["It is saved. One thing in it is perhaps not as you mean.", "warning"]);
  expect(keptWith("It is saved.", [warning({}), warning({})])[0]).toContain("2 things in it are");
});
