import { expect, test } from "vitest";
import { readExecutionSearch } from "./search";

test("which executions are shown is in the address, and what makes no sense is left out", () => {
  expect(readExecutionSearch({ status: "failed", days: "table" })).toEqual({ status: "failed", days: "table" });
  expect(readExecutionSearch({ status: "lost", days: "chart" })).toEqual({});
});
