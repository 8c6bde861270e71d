import { expect, test } from "vitest";
import { complete, completionAt, fieldsOf, type Reference } from "./completion";

const REFERENCES: Reference[] = [
  { text: "input", label: "" },
  { text: "input.name", label: "" },
  { text: "prompt.text", label: "" },
];

const names = (text: string, bare = false) => completionAt(text, text.length, bare, REFERENCES)?.options.map((option) => option.text);

test("behind two braces everything is offered, and what is written narrows it down", () => {
  expect(names("Hi {{")).toEqual(["input", "input.name", "prompt.text"]);
  expect(names("Hi {{ inp")).toEqual(["input", "input.name"]);
  expect(names("Hi {{input")).toEqual(["input.name"]);
  expect(names("Hi {{input}} and pro")).toBeUndefined();
});

test("an expression is completed behind any letter, but not within a text of its own", () => {
  expect(names("input.score > 7 && pro", true)).toEqual(["prompt.text"]);
  expect(names("", true)).toBeUndefined();
  expect(names("plan == 'pro", true)).toBeUndefined();
});

test("what is taken is closed, unless it is", () => {
  const open = completionAt("Hi {{inp there", 8, false, REFERENCES)!;
  expect(complete("Hi {{inp there", 8, false, open, "input.name")).toEqual({ text: "Hi {{input.name}} there", cursor: 17 });
  const closed = completionAt("Hi {{inp}}", 8, false, REFERENCES)!;
  expect(complete("Hi {{inp}}", 8, false, closed, "input").text).toBe("Hi {{input}}");
});

test("the fields of an input can be referred to, if their names can", () => {
  expect(fieldsOf({ name: "Ada", "not one": 1 }).map((field) => field.text)).toEqual(["input.name"]);
  expect(fieldsOf([1])).toEqual([]);
});
