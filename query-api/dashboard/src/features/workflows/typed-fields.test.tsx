import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useEffect, useState } from "react";
import { expect, test } from "vitest";
import { otherOptions } from "./data-source-form";
import { MapField } from "./map-field";
import { flatOutput, otherSettings, sourceOf, targetOf } from "./output";
import { NamesField, JsonField, NumberField, UsdField } from "./typed-fields";
import { WhereField } from "./where-field";

type Field = (props: { value: unknown; onChange: (value: unknown) => void }) => React.ReactNode;

/** A form of one field: what it has said, and a way for its value to come from elsewhere. */
function show(field: Field, initial?: unknown) {
  const said: { value: unknown; undo: (value: unknown) => void } = { value: initial, undo: () => undefined };
  function Form() {
    const [value, setValue] = useState(initial);
    useEffect(() => {
      said.value = value;
      said.undo = setValue;
    }, [value]);
    return field({ value, onChange: setValue });
  }
  render(<Form />);
  return said;
}

const input = (name: string) => screen.getByLabelText<HTMLInputElement>(name);

test("a number can be typed as people write it, and what is none is told", async () => {
  const said = show((props) => <NumberField label="Temperature" decimal {...props} />);
  await userEvent.type(input("Temperature"), "0.75");
  expect([said.value, input("Temperature").value]).toEqual([0.75, "0.75"]);
  await userEvent.clear(input("Temperature"));
  await userEvent.type(input("Temperature"), "0,5");
  expect(said.value).toBe(0.5);
  await userEvent.type(input("Temperature"), "x");
  expect([said.value, input("Temperature").value]).toEqual([undefined, "0,5x"]);
  expect(input("Temperature").getAttribute("aria-invalid")).toBe("true");
});

test("a limit in dollars is the one that was written, with a point or a comma, and what it could be twice is not guessed", async () => {
  const said = show((props) => <UsdField label="At most" {...props} />);
  await userEvent.type(input("At most"), "0,50");
  expect([said.value, input("At most").value]).toEqual(["0.50", "0,50"]);
  expect(input("At most").getAttribute("aria-invalid")).toBeNull();
  await userEvent.clear(input("At most"));
  expect(said.value).toBeUndefined();
  await userEvent.type(input("At most"), "1,500");
  expect([said.value, input("At most").getAttribute("aria-invalid")]).toEqual(["1,500", "true"]);
});

test("a limit that could be two is not handed on as one of them, and one that is set already can be read in one way only", async () => {
  const said = show((props) => <UsdField label="At most" {...props} />);
  await userEvent.type(input("At most"), "1.500");
  expect([said.value, input("At most").value, input("At most").getAttribute("aria-invalid")]).toEqual(["1,500", "1.500", "true"]);
  await userEvent.type(input("At most"), "0");
  expect([said.value, input("At most").value, input("At most").getAttribute("aria-invalid")]).toEqual(["1.50", "1.5000", null]);
  act(() => said.undo("2.125"));
  expect([input("At most").value, input("At most").getAttribute("aria-invalid")]).toEqual(["2.1250", null]);
});

test("what comes from elsewhere, as by undoing, is what is shown", async () => {
  const said = show((props) => <NumberField label="Limit" {...props} />, 3);
  await userEvent.type(input("Limit"), "0");
  expect(said.value).toBe(30);
  act(() => said.undo(3));
  expect(input("Limit").value).toBe("3");
});

test("names are listed with commas between, and JSON is taken when it is whole", async () => {
  const names = show((props) => <NamesField label="Columns" {...props} />, ["name"]);
  await userEvent.type(input("Columns"), ", email");
  expect(names.value).toEqual(["name", "email"]);
  await userEvent.clear(input("Columns"));
  expect(names.value).toBeUndefined();
  const json = show((props) => <JsonField label="Filter" {...props} />);
  await userEvent.type(input("Filter"), '[[1, {{"a": 2}');
  expect(json.value).toBeUndefined();
  await userEvent.type(input("Filter"), "]");
  expect(json.value).toEqual([1, { a: 2 }]);
});

test("a number in JSON that would become another is held back with the reason, and so is a whole one that is too long", () => {
  const json = show((props) => <JsonField label="Params" {...props} />);
  fireEvent.change(input("Params"), { target: { value: "[9007199254740993, 1e400]" } });
  expect(screen.getByText(/^The number 9007199254740993 cannot be kept as it stands/)).toBeTruthy();
  expect([json.value, input("Params").value]).toEqual([undefined, "[9007199254740993, 1e400]"]);
  fireEvent.change(input("Params"), { target: { value: "[9007199254740991" } });
  expect(screen.getByText("This is not JSON.")).toBeTruthy();
  fireEvent.change(input("Params"), { target: { value: "[9007199254740991]" } });
  expect([json.value, input("Params").getAttribute("aria-invalid")]).toEqual([[9007199254740991], null]);
  const limit = show((props) => <NumberField label="Limit" {...props} />);
  fireEvent.change(input("Limit"), { target: { value: "9007199254740993" } });
  expect([limit.value, input("Limit").getAttribute("aria-invalid")]).toEqual([undefined, "true"]);
});

test("conditions are added, changed and taken away, and a number that is not touched stays one", async () => {
  const said = show((props) => <WhereField {...props} />, [{ field: "age", operator: ">", value: 30 }]);
  await userEvent.click(screen.getByRole("button", { name: "Add a condition" }));
  await userEvent.type(input("Records where, 2: field"), "plan");
  await userEvent.selectOptions(input("Records where, 2: how"), "contains");
  await userEvent.type(input("Records where, 2: value"), "team");
  expect(said.value).toEqual([
    { field: "age", operator: ">", value: 30 },
    { field: "plan", operator: "contains", value: "team" },
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Remove age" }));
  await userEvent.click(screen.getByRole("button", { name: "Remove plan" }));
  expect(said.value).toBeUndefined();
});

test("of a map, what is no text stays what it is while another line is written", async () => {
  const said = show((props) => <MapField label="Written" names={["Column", "Template"]} {...props} />, { count: 5 });
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  await userEvent.type(input("Written: Column 2"), "name");
  await userEvent.type(input("Written: Template 2"), "Ada");
  expect(said.value).toEqual({ count: 5, name: "Ada" });
  await userEvent.clear(input("Written: Template 1"));
  expect(said.value).toEqual({ count: "", name: "Ada" });
});

test("a line of a map that has no name yet is said not to be kept", async () => {
  const said = show((props) => <MapField label="Only if" names={["Field", "Value"]} {...props} />, { model: "gpt-4o" });
  expect(screen.queryByRole("status")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Add" }));
  await userEvent.type(input("Only if: Value 2"), "critical");
  expect(screen.getByRole("status").textContent).toBe("A line is kept only once there is something under Field.");
  expect(said.value).toEqual({ model: "gpt-4o" });
  await userEvent.type(input("Only if: Field 2"), "severity");
  expect(screen.queryByRole("status")).toBeNull();
});

test("what a form has no field for is still to be seen and set", () => {
  const query = { columns: ["a"], limit: 3, table: "t", "param.page": "1" };
  expect(otherOptions(query, "database")).toEqual({ "param.page": "1" });
  expect(otherOptions(query, "api")).toEqual({ table: "t", "param.page": "1" });
});

test("an output is read by all names that its fields have, and from an object within it", () => {
  const nested = flatOutput({ destination: "slack", sheet: "Leads", mapping: { a: "1" }, config: { baseId: "b", channel: "#ops", mapping: { a: "0", b: "2" } } });
  expect(nested).toEqual({ destination: "slack", sheet: "Leads", baseId: "b", channel: "#ops", mapping: { a: "1", b: "2" } });
  expect([sourceOf(nested), targetOf(nested)]).toEqual(["b", "Leads"]);
  expect(otherSettings(nested)).toEqual({ channel: "#ops" });
});
