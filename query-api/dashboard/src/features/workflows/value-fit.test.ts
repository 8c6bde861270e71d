import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Parameter } from "./api-templates";
import { refusalOf } from "./value-fit";

interface Case extends Pick<Parameter, "kind" | "minimum" | "maximum"> {
  value: string;
  becomes?: string;
  detail?: string;
  remedy?: string;
}

/** Those of the runner's own test. */
const cases = JSON.parse(readFileSync("../../workflow-runner/src/test/resources/com/promptmanage/runner/template/parameter-values.json", "utf8")) as Case[];

test.each(cases.map((one) => [one.kind, one.value, one] as const))("what the form lets pass is what the API takes: %s %j", (_, value, one) => {
  expect(refusalOf(one, value)).toEqual(one.becomes === undefined ? { detail: one.detail, remedy: one.remedy } : null);
});

test("each kind that is typed has cases", () => {
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(["text", "number", "list", "email", "url"]));
});
