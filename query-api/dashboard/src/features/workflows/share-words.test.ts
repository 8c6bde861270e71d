import { expect, test } from "vitest";
import { ProblemError } from "@/shared/api/client";
import { faultsInWords } from "./share-words";

test("a person is told of people, and not of the fields of a request", () => {
  const fault = { field: "permissions[0].userId", detail: "'otto@example.com' is nobody's address in a team that you are in", remedy: "Take them into it." };
  expect(faultsInWords(new ProblemError(400, { errors: [fault] }))).toBe(`${fault.detail}. ${fault.remedy}`);
  expect(faultsInWords(new ProblemError(403, { detail: "You may not." }))).toBeUndefined();
  expect(faultsInWords(new TypeError("Failed to fetch"))).toBeUndefined();
});
