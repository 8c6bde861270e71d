import { expect, test } from "vitest";
import { safeTarget } from "./sign-in";

test("after the sign-in people go on within the dashboard, wherever a link says", () => {
  expect(safeTarget("/settings/budget?team=a")).toBe("/settings/budget?team=a");
  for (const elsewhere of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/sign-in", "/sign-in?then=/sign-in", undefined]) {
    expect(safeTarget(elsewhere)).toBe("/dashboard/usage");
  }
  expect(safeTarget("/sign-instead")).toBe("/sign-instead");
});
