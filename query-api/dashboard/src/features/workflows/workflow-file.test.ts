import { expect, test } from "vitest";
import { EMPTY } from "./definition";
import { copyOf, NAME_MAX, namedAfter } from "./workflow-file";

test("a copy does the same, and is called so", () => {
  expect(copyOf({ name: " Triage ", definition: EMPTY })).toEqual({ name: "Copy of Triage", definition: EMPTY });
});

test.each([
  ["letters", "n".repeat(NAME_MAX)],
  ["characters of two units each", "\u{1f600}".repeat(NAME_MAX / 2)],
  ["the same, off by one", `n${"\u{1f600}".repeat(NAME_MAX / 2 - 1)}`],
])("a name of as many %s as it may have is cut, and never within one", (_, name) => {
  for (const named of [namedAfter(name, "Copy of "), namedAfter(name, "", " (mine)")]) {
    expect(named.length).toBeLessThanOrEqual(NAME_MAX);
    expect(named.length).toBeGreaterThanOrEqual(NAME_MAX - 1);
    expect(named).toContain("…");
    expect(named.isWellFormed()).toBe(true);
  }
});
