import { expect, test } from "vitest";
import { readBuilderSearch, readExecutionSearch, readTemplateSearch, readWorkflowSearch } from "./search";

test("which executions are shown is in the address, and what makes no sense is left out", () => {
  expect(readExecutionSearch({ status: "failed", days: "table" })).toEqual({ status: "failed", days: "table" });
  expect(readExecutionSearch({ status: "lost", days: "chart" })).toEqual({});
});

test("what a new workflow is a copy of is in the address", () => {
  expect(readBuilderSearch({ copy: "wf_1" })).toEqual({ copy: "wf_1" });
  expect(readBuilderSearch({ copy: "" })).toEqual({});
  expect(readBuilderSearch({ copy: 1 })).toEqual({});
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

test("how many workflows are shown is in the address, where it is more than at first", () => {
  expect(readWorkflowSearch({ shown: "100" })).toEqual({ shown: 100 });
  for (const shown of ["50", "-100", "1e99", "100.5", "many", ""]) {
    expect(readWorkflowSearch({ shown })).toEqual({});
  }
});
