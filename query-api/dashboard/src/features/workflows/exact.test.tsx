import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { EMPTY } from "./definition";
import { readExact } from "./exact";
import { JsonDialog } from "./json-dialog";
import { RunDialog } from "./run-dialog";
import { readFile } from "./workflow-file";

test.each(['{"a":12345678901234567890}', "[1e400]", "-1e-400", "0.1234567890123456789", "9007199254740993"])("%s has a number that would become another", (text) => {
  expect(() => readExact(text)).toThrow(RangeError);
  expect(() => readExact(text)).toThrow("cannot be kept as it stands");
});

test.each(["9007199254740991", "0.1", "-0", "1.50", "1E3", "120e-1", "0.30000000000000004", "5e-324", "1.7976931348623157e308", "100000000000000000000000"])("%s is what it was", (text) => {
  expect(readExact(`{"a": [${text}], "b": 1}`)).toEqual({ a: [Number(text)], b: 1 });
});

test("what stands in a text is no number, and what is no JSON is said to be none", () => {
  expect(readExact('{"12345678901234567890": "a \\" 1e400 \\\\"}')).toEqual({ "12345678901234567890": 'a " 1e400 \\' });
  expect(() => readExact("{")).toThrow(SyntaxError);
});

test("a run with a number that would become another is held back with the reason", () => {
  const onRun = vi.fn();
  render(<RunDialog onClose={() => undefined} onRun={onRun} />);
  const set = (value: string) => fireEvent.change(screen.getByLabelText("Data"), { target: { value } });
  const run = screen.getByRole<HTMLButtonElement>("button", { name: "Run" });
  set('{"id": 12345678901234567890}');
  expect(screen.getByText(/^The number 12345678901234567890 cannot be kept/)).toBeTruthy();
  expect(run.disabled).toBe(true);
  set("[]");
  expect(screen.getByText("This is not an object in JSON.")).toBeTruthy();
  set('{"id": "12345678901234567890"}');
  fireEvent.click(run);
  expect(onRun).toHaveBeenCalledExactlyOnceWith({ id: "12345678901234567890" });
});

test("so is a definition that is pasted, and one that is opened as a file", () => {
  const text = '{"nodes": [{"id": "a", "type": "delay", "config": {"delayMs": 1e400}}]}';
  render(<JsonDialog definition={EMPTY} readOnly={false} onClose={() => undefined} onApply={() => undefined} />);
  fireEvent.change(screen.getByLabelText("Definition"), { target: { value: text } });
  expect(screen.getByText(/^The number 1e400 cannot be kept/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Apply" }).disabled).toBe(true);
  expect(() => readFile(text, "mine")).toThrow("The number 1e400 cannot be kept");
});
