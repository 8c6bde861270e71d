import { expect, test } from "vitest";
import { isShown, isUnknown, usualRange } from "./search";

test("the page begins with a month, or with a week or a day where the tier does not show more", () => {
  expect(usualRange(7)).toBe("7d");
  expect(usualRange(6)).toBe("day");
  expect(usualRange(1)).toBe("day");
  expect(usualRange(90)).toBe("30d");
  expect(usualRange(null)).toBe("30d");
  expect(usualRange(undefined)).toBe("30d");
});

test("a range that would be refused is not offered", () => {
  expect(isShown("7d", 7)).toBe(true);
  expect(isShown("30d", 7)).toBe(false);
  expect(isShown("90d", 90)).toBe(true);
  expect(isShown("90d", null)).toBe(true);
});

test("a range is unknown that is named and is none of those there are", () => {
  expect(isUnknown("decade")).toBe(true);
  expect(isUnknown("90d")).toBe(false);
  expect(isUnknown(undefined)).toBe(false);
});
