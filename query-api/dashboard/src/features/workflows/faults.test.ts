import { expect, test } from "vitest";
import { ProblemError } from "@/shared/api/client";
import { changeNode, EMPTY, removeNodes, type Definition } from "./definition";
import { faultsOf, keptWith, placeOf, refusedOf, sentenceOf, valueFaultsOf, type Warning } from "./faults";

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

const refused = (...errors: [field: string, detail: string][]) => new ProblemError(400, { errors: errors.map(([field, detail]) => ({ field, detail, remedy: "Mend it." })) });

test("what is wrong is told with what it is of, not with the API's path, and in short", () => {
  expect(refusedOf(REFUSED, SENT)).toEqual({
    text: "1 node has something to mend: second. 1 line has something to mend: first → second. The name is too long. Shorten it.",
    first: "second",
    all: [
      { id: "second", sentence: "model is missing. Name a model." },
      { id: "second", sentence: "timeout is negative. Give seconds." },
      { id: "first-second", sentence: "condition is no expression. Write one." },
      { id: null, sentence: "The name is too long. Shorten it." },
    ],
  });
  const many = { ...SENT, nodes: ["a", "b", "c", "d", "e", "f"].map(node) };
  const ofEach = refused(...many.nodes.map((_, index): [string, string] => [`definition.nodes[${index}].config.model`, "is missing"]));
  expect(refusedOf(ofEach, many)?.text).toBe("6 nodes have something to mend: a, b, c, d and 2 more.");
  expect(refusedOf(refused(["definition.edges[0]", "(edge first-second) crosses the border"]), SENT)).toMatchObject({
    first: "first-second",
    all: [{ sentence: "It crosses the border. Mend it." }],
  });
  expect(refusedOf(new TypeError("no network"), SENT)).toBeNull();
});

test("which node it is of is not said at that node, and what was changed since is not told as wrong", () => {
  const error = refused(["definition.nodes[1].config.model", "(node second) is missing"], ["definition.nodes[1]", "(node second) waits for itself"]);
  const places = valueFaultsOf(error, SENT, SENT).places;
  expect(places.get("second")).toEqual([
    { path: "config.model", text: "Is missing. Mend it.", sentence: "model is missing. Mend it." },
    { path: "", text: "Waits for itself. Mend it.", sentence: "It waits for itself. Mend it." },
  ]);
  const mended = changeNode(SENT, "second", { config: { model: "gpt-4o" } });
  expect(valueFaultsOf(error, SENT, mended).places.get("second")?.map(({ path }) => path)).toEqual([""]);
  expect(faultsOf(error, SENT, []).get("second")?.text).toBe("model is missing. Mend it. It waits for itself. Mend it.");
});
