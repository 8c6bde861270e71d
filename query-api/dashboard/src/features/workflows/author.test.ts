import { expect, test } from "vitest";
import { authorOf } from "./author";

test.each([
  ["usr_me", "you"],
  ["usr_mara", "Mara Lindqvist"],
  ["key_01M8C3FN0RWX", "the API key …0RWX"],
  ["usr_gone", "someone else"],
  [null, "someone unknown"],
])("a version of %s was saved by %s", (author, told) => expect(authorOf(author, "usr_me", new Map([["usr_mara", "Mara Lindqvist"]]))).toBe(told));
