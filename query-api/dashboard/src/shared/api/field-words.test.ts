import { expect, test } from "vitest";
import { messageOf, ProblemError } from "./client";
import { fieldInWords, nth } from "./field-words";

test.each([
  ["name", "The name"],
  ["to", "The list of recipients"],
  ["to[1]", "The second of the list of recipients"],
  ["permissions[0].userId", "The member of the first of the list of permissions"],
  ["quietHours.start", "The start of the quiet hours"],
  ["limitUsd", "The limit"],
  ["dailyLimitUsd", "The daily limit in dollars"],
  ["execution_type", "The execution type"],
  ["workflowId", "The workflow"],
  ["thresholds", "The list of thresholds"],
  ["status", "The status"],
])("the field %s is told as %s", (field, words) => {
  expect(fieldInWords(field)).toBe(words);
});

test.each(["definition.nodes[0].config.url", "$.body[0]", "tags['a b']", ""])("what is no short path of names stays as it is: %s", (field) => {
  expect(fieldInWords(field)).toBe(field);
});

test("what is wrong is a sentence without the API's names", () => {
  const problem = new ProblemError(400, {
    errors: [
      { field: "to[1]", detail: "is not an e-mail address", remedy: "Send one such as ops@example.com." },
      { field: "permissions[0].userId", detail: "'otto' is nobody who has an account here", remedy: "Name someone else." },
    ],
  });
  expect(messageOf(problem)).toBe(
    "The second of the list of recipients is not an e-mail address. Send one such as ops@example.com. " +
      "The member of the first of the list of permissions: 'otto' is nobody who has an account here. Name someone else.",
  );
});

test("places are counted as people do", () => {
  expect([0, 9, 10, 11, 12, 20, 21, 22, 110, 120].map(nth)).toEqual(["first", "tenth", "11th", "12th", "13th", "21st", "22nd", "23rd", "111th", "121st"]);
});
