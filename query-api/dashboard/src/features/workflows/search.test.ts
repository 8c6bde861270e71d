import { expect, test } from "vitest";
import { readExecutionSearch, readTemplateSearch, readWorkflowSearch } from "./search";

test("which executions are shown is in the address, and what makes no sense is left out", () => {
  expect(readExecutionSearch({ status: "failed", days: "table" })).toEqual({ status: "failed", days: "table" });
  expect(readExecutionSearch({ status: "lost", days: "chart" })).toEqual({});
});

test("how workflows are ordered is in the address, unless it is the usual way", () => {
  expect(readWorkflowSearch({ order: "name" })).toEqual({ order: "name" });
  expect(readWorkflowSearch({ order: "changed" })).toEqual({});
  expect(readWorkflowSearch({ order: "size" })).toEqual({});
});

test("which templates are shown is in the address, unless it is all", () => {
  expect(readTemplateSearch({ q: "lead", category: "analysis" })).toEqual({ q: "lead", category: "analysis" });
  expect(readTemplateSearch({ q: "", category: 7 })).toEqual({});
});
