import { afterEach, expect, test, vi } from "vitest";
import { fileName, requireFile, save } from "./files";

afterEach(() => vi.unstubAllGlobals());

test.each([
  [["usage", "Acme / Research", "2026-11-01-to-2026-11-26"], "usage-Acme-Research-2026-11-01-to-2026-11-26.csv"],
  [["usage", "Île", "", "gpt-4.1"], "usage-Île-gpt-4-1.csv"],
  [["usage", "../..", "x".repeat(50)], `usage-${"x".repeat(40)}.csv`],
])("a file of %j is called %s", (parts, name) => expect(fileName(parts, "csv")).toBe(name));

test.each([
  ["/file", "/file?check=true"],
  ["/file?format=csv", "/file?format=csv&check=true"],
])("whether there would be a file at %s is asked at %s", async (url, asked) => {
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() => Promise.resolve(new Response(null, { status: 204 })));
  vi.stubGlobal("fetch", fetch);
  await requireFile(url);
  expect(fetch.mock.calls).toEqual([[asked, { headers: {} }]]);
});

test("a file that there is not is refused with the reason, and when to ask again", async () => {
  const refusal = Response.json({ code: "rate_limited", detail: "4 exports are running" }, { status: 429, headers: { "Retry-After": "10" } });
  vi.stubGlobal("fetch", () => Promise.resolve(refusal));
  await expect(requireFile("/file")).rejects.toMatchObject({ status: 429, message: "4 exports are running", retryAfterMs: 10_000 });
});

test("a file is saved by the browser itself, and not held by the page", () => {
  const followed: [string, string][] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    followed.push([this.getAttribute("href")!, this.download]);
  });
  const fetch = vi.fn();
  vi.stubGlobal("fetch", fetch);
  save({ url: "/file?format=csv", name: "runs.csv" });
  expect(followed).toEqual([["/file?format=csv", "runs.csv"]]);
  expect(fetch).not.toHaveBeenCalled();
  click.mockRestore();
});
