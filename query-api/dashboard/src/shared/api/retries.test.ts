import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { answer, api, ProblemError } from "./client";
import { isAskedAgain, pauseBefore, retryAfterOf } from "./retries";

const busy = (retryAfterMs: number | null, status = 503) => new ProblemError(status, { detail: "Busy" }, retryAfterMs);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a server that names the time it needs is asked again then, three times at most", () => {
  expect([0, 1, 2, 3].map((failures) => isAskedAgain(failures, busy(2000)))).toEqual([true, true, true, false]);
  expect(isAskedAgain(0, busy(1000, 429))).toBe(true);
  expect(pauseBefore(2, busy(2000), 0)).toBe(2000);
  expect(pauseBefore(2, busy(2000), 1)).toBe(2600);
});

test("nobody waits for minutes without being told", () => {
  expect(isAskedAgain(0, busy(60_000))).toBe(false);
});

test("what is wrong stays wrong, and what did not arrive is sent again", () => {
  expect(isAskedAgain(0, busy(null, 404))).toBe(false);
  expect(isAskedAgain(0, busy(null, 400))).toBe(false);
  expect([0, 1, 2].map((failures) => isAskedAgain(failures, busy(null, 500)))).toEqual([true, true, false]);
  expect([0, 1, 2].map((failures) => isAskedAgain(failures, new TypeError("Failed to fetch")))).toEqual([true, true, false]);
  expect([0, 1].map((failures) => pauseBefore(failures, new TypeError(), 0))).toEqual([1000, 2000]);
});

test("the time is told in seconds or as a date", () => {
  const now = Date.parse("2026-11-26T04:00:00Z");
  const of = (text: string) => retryAfterOf(new Headers({ "Retry-After": text }), now);
  expect(of("2")).toBe(2000);
  expect(of("Thu, 26 Nov 2026 04:00:05 GMT")).toBe(5000);
  expect(of("Thu, 26 Nov 2026 03:00:00 GMT")).toBe(0);
  expect(of("soon")).toBeNull();
  expect(retryAfterOf(new Headers())).toBeNull();
});

test("a read that is refused for now is answered without anyone noticing", async () => {
  vi.useFakeTimers();
  const answers = [
    new Response('{"code":"unavailable"}', { status: 503, headers: { "Retry-After": "2", "Content-Type": "application/problem+json" } }),
    new Response('{"models":[]}', { status: 200, headers: { "Content-Type": "application/json" } }),
  ];
  const asked = vi.fn(() => Promise.resolve(answers.shift()!));
  vi.stubGlobal("fetch", asked);
  const client = new QueryClient({ defaultOptions: { queries: { retry: isAskedAgain, retryDelay: pauseBefore } } });
  const read = client.fetchQuery({
    queryKey: ["models"],
    queryFn: () => answer(api.GET("/api/models", { baseUrl: "http://localhost" })),
  });
  await vi.advanceTimersByTimeAsync(1900);
  expect(asked).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3000);
  expect(await read).toEqual({ models: [] });
  expect(asked).toHaveBeenCalledTimes(2);
});
