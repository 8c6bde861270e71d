import { expect, test } from "vitest";
import { waiting } from "./alerts-page";

test("nobody is told that all is seen to while that is not known", () => {
  expect(waiting(undefined, null)).not.toMatch(/seen to/);
  expect(waiting(undefined, new Error("boom"))).toMatch(/not known/);
  expect(waiting(0, null)).toBe("Every alert has been seen to.");
  expect(waiting(1234, null)).toBe("1,234 alerts need attention.");
  expect(waiting(1, null)).toBe("1 alert needs attention.");
  expect(waiting(2, null)).toBe("2 alerts need attention.");
});

test("where there has never been an alert, nobody is told that all have been seen to", () => {
  expect(waiting(0, null, true)).toBe("There are none so far.");
});
