import { expect, test } from "vitest";
import { initials } from "./top-bar";

test.each([
  ["Mara Lindqvist", "ML"],
  ["demo", "D"],
  ["Ana María de la Cruz", "AC"],
  ["Nora 🦊", "N🦊"],
  ["  ", "?"],
])("the initials of '%s' are %s", (name, told) => {
  expect(initials(name)).toBe(told);
});
