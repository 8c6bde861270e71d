import { expect, test } from "vitest";
import { formatDuration } from "./numbers";

test.each([
  [412, "412 ms"],
  [1500, "1.50 s"],
  [61_400, "1 min 1 s"],
  [119_600, "2 min 0 s"],
])("%s ms is told as %s", (ms, told) => {
  expect(formatDuration(ms)).toBe(told);
});
