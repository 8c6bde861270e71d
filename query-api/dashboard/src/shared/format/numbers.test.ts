import { expect, test } from "vitest";
import { formatDuration, formatPercent } from "./numbers";

test.each([
  [412, "412 ms"],
  [1500, "1.50 s"],
  [61_400, "1 min 1 s"],
  [119_600, "2 min 0 s"],
])("%s ms is told as %s", (ms, told) => {
  expect(formatDuration(ms)).toBe(told);
});

test.each([
  [0, 1, "0%"],
  [0.0289, 1, "<0.1%"],
  [0.1, 1, "0.1%"],
  [0.4, 0, "<1%"],
  [45.61, 1, "45.6%"],
])("%s of a hundred, by %s digits, is told as %s", (percent, digits, told) => {
  expect(formatPercent(percent, digits)).toBe(told);
});

test("some of very much is not told as nothing, also where its share was rounded to nothing before", () => {
  expect(formatPercent(0, 1, true)).toBe("<0.1%");
  expect(formatPercent(0, 1, false)).toBe("0%");
  expect(formatPercent(12.34, 1, true)).toBe("12.3%");
});
