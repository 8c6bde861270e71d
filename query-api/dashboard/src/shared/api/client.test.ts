import { afterEach, expect, test, vi } from "vitest";
import { answer, api, messageOf, ProblemError } from "./client";
import { isAskedAgain } from "./retries";

const AT = { baseUrl: "http://localhost" };

/** Says nothing until it is no longer waited for. */
function silent() {
  const asked = vi.fn(
    (_: Request, options?: RequestInit) =>
      new Promise<Response>((_, reject) => options?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")))),
  );
  vi.stubGlobal("fetch", asked);
  return asked;
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a server that never answers is told as one, and is not quietly asked again", async () => {
  vi.useFakeTimers();
  silent();
  const failure = answer(api.GET("/api/models", AT)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(messageOf(await failure)).toBe("The server has not answered for 25 seconds. Try again in a moment.");
  expect(isAskedAgain(0, await failure)).toBe(false);
});

test("of a change that was not answered nobody knows whether it was made, and that is said", async () => {
  vi.useFakeTimers();
  silent();
  const failure = answer(api.POST("/api/auth/logout", AT)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(30_000);
  const told = vi.fn();
  void failure.then(told);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(messageOf(await failure)).toContain("may have done what was asked, or not");
});

test("a session that has ended is told in words for people, not for programs", () => {
  expect(messageOf(new ProblemError(401, { detail: "Send 'Authorization: Bearer' with an API key." }))).toContain("session has ended");
});

test("a fault in a list is told by its place there, and not by the API's name of the field", () => {
  const of = (field: string) => ({ field, detail: "is not an e-mail address", remedy: "Send one such as ops@example.com." });
  const problem = new ProblemError(400, { errors: [of("to[1]"), of("to[11]"), of("total"), of("other[0]")] });
  expect(problem.list("to", "address")).toBe(
    "The second address is not an e-mail address. Send one such as ops@example.com. The 12th address is not an e-mail address. Send one such as ops@example.com.",
  );
  expect(problem.list("name", "name")).toBeUndefined();
  expect(new ProblemError(400, { errors: [{ field: "to", detail: "has no or too many addresses", remedy: "Send 1 to 20." }] }).list("to", "address")).toBe("Has no or too many addresses. Send 1 to 20.");
});

test("a form of one thing tells what is wrong without the names of the API's fields", () => {
  const problem = new ProblemError(400, { detail: "It cannot be shared", errors: [{ field: "permissions[0].userId", detail: "'otto' is nobody who has an account here", remedy: "Name someone else." }] });
  expect(problem.withoutFields()).toBe("'otto' is nobody who has an account here. Name someone else.");
  expect(new ProblemError(403, { detail: "This takes admin" }).withoutFields()).toBe("This takes admin");
});
