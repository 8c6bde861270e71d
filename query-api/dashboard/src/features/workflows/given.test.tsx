import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { EMPTY } from "./definition";
import { whyNoWorkflow } from "./given";
import { JsonDialog } from "./json-dialog";
import { readFile } from "./workflow-file";

const NODE = { id: "a", type: "delay" };

const of = (patch: object) => ({ nodes: [{ ...NODE, ...patch }] });

test.each([
  [null, "needs a list of nodes"],
  [[], "needs a list of nodes"],
  [{ nodes: {} }, "needs a list of nodes"],
  [{ nodes: [null] }, "Node 1 needs an id"],
  [of({ id: 7 }), "Node 1 needs an id"],
  [of({ type: "nope" }), 'Node 1 ("a") is of no type that there is: data_source, prompt'],
  [of({ label: { x: 1 } }), "has a label that is no text"],
  [of({ config: [] }), "has a config that is no object"],
  [of({ position: null }), "has a position that is no x and y"],
  [of({ position: { x: Infinity, y: 0 } }), "has a position that is no x and y"],
  [{ nodes: [NODE, NODE] }, 'Node 2 ("a") has the id of another'],
  [{ nodes: [NODE], settings: "x" }, "settings are no object"],
  [{ nodes: [NODE], edges: {} }, "edges are no list"],
  [{ nodes: [NODE], edges: [{ source: "a" }] }, "Edge 1 needs a source and a target"],
  [{ nodes: [NODE], edges: [{ source: "a", target: "b" }] }, 'from "b", which is no node'],
  [{ nodes: [NODE, { ...NODE, id: "b" }], edges: [{ source: "a", target: "b", label: {} }] }, "label that is no text"],
  [{ nodes: [NODE, { ...NODE, id: "b" }], edges: Array(2).fill({ source: "a", target: "b" }) }, 'Edge 2 ("a-b") is there twice'],
])("what the canvas cannot show is told in words: %j", (given, why) => expect(whyNoWorkflow(given)).toContain(why));

test("what it can show is taken, also where it is not finished", () => {
  expect(whyNoWorkflow(EMPTY)).toBeNull();
  expect(whyNoWorkflow({ nodes: [NODE, { id: "b", type: "loop", config: {}, label: "", position: { x: 0, y: -3 } }], edges: [{ source: "a", target: "b" }] })).toBeNull();
});

test("the dialog says what is wrong and holds it back", () => {
  const onApply = vi.fn();
  render(<JsonDialog definition={EMPTY} readOnly={false} onClose={() => undefined} onApply={onApply} />);
  const set = (value: unknown) => fireEvent.change(screen.getByLabelText("Definition"), { target: { value: JSON.stringify(value) } });
  const apply = screen.getByRole<HTMLButtonElement>("button", { name: "Apply" });
  set(of({ type: "nope" }));
  expect(screen.getByText(/is of no type that there is/)).toBeTruthy();
  expect(apply.disabled).toBe(true);
  set(of({}));
  fireEvent.click(apply);
  expect(onApply).toHaveBeenCalledOnce();
});

test("a file that is no workflow is refused with the reason", () => {
  expect(() => readFile(JSON.stringify({ name: "x", definition: of({ label: {} }) }), "mine")).toThrow("has a label that is no text");
  expect(readFile(JSON.stringify({ name: "x", definition: of({}) }), "mine").name).toBe("x");
});
