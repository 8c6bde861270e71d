import { expect, test } from "vitest";
import { named } from "./names";

const USER = { id: "usr_1", name: "Mara" };

const NAMES = new Map([
  ["usr_2", "Ben"],
  ["key_01AB", "Checkout"],
  ["wf_01", "Answer tickets"],
]);

test.each([
  ["user", "usr_1", "Mara (you)"],
  ["user", "usr_2", "Ben"],
  ["user", "key_01AB", "API key Checkout"],
  ["user", "key_01CD", "API key …01CD"],
  ["api_key", "key_01AB", "Checkout"],
  ["api_key", "key_01CD", "key_01CD"],
  ["workflow", "wf_01", "Answer tickets"],
  ["workflow", "wf_02", "wf_02"],
  ["execution_type", "workflow_node", "Workflow node"],
  ["model", "gpt-4o", "gpt-4o"],
])("of the dimension %s, %s is told as %s", (dimension, value, told) => {
  expect(named(dimension, value, USER, NAMES)).toBe(told);
});
