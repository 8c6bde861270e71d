import { expect, test } from "vitest";
import { waiting } from "./alerts-page";

test("nobody is told that all is seen to while that is not known", () => {
  expect(waiting(undefined, null)).not.toMatch(/seen to/);
  expect(waiting(undefined, new Error("boom"))).toMatch(/not known/);
  expect(waiting(0, null)).toBe("Every alert has been seen to.");
  expect(waiting(1234, null)).toBe("1,234 wait for someone to see to.");
  expect(waiting(2, null)).toBe("2 wait for someone to see to.");
});
