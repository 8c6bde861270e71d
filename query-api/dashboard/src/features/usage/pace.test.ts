import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced } from "./pace";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first change is seen at once, what follows it a while later", () => {
  const ask = vi.fn();
  const { changed } = paced(ask, 2000);
  vi.advanceTimersByTime(10_000);
  changed();
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(ask).toHaveBeenCalledTimes(2);
});

test("while it goes on changing, one asks as often as is fitting", () => {
  const ask = vi.fn();
  const { changed, stop } = paced(ask, 2000);
  for (let ms = 0; ms < 10_000; ms += 100) {
    changed();
    vi.advanceTimersByTime(100);
  }
  expect(ask.mock.calls.length).toBeLessThanOrEqual(6);
  expect(ask.mock.calls.length).toBeGreaterThanOrEqual(5);
  const before = ask.mock.calls.length;
  stop();
  vi.advanceTimersByTime(10_000);
  expect(ask).toHaveBeenCalledTimes(before);
});
