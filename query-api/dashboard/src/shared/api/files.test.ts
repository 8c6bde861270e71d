import { afterEach, expect, test, vi } from "vitest";
import { fileName, fileOf } from "./files";

afterEach(() => vi.unstubAllGlobals());

test.each([
  [["usage", "Acme / Research", "2026-11-01-to-2026-11-26"], "usage-Acme-Research-2026-11-01-to-2026-11-26.csv"],
  [["usage", "Île", "", "gpt-4.1"], "usage-Île-gpt-4-1.csv"],
  [["usage", "../..", "x".repeat(50)], `usage-${"x".repeat(40)}.csv`],
])("a file of %j is called %s", (parts, name) => expect(fileName(parts, "csv")).toBe(name));

test("a file that breaks off is none", async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("first,"));
      controller.error(new TypeError("terminated"));
    },
  });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
  await expect(fileOf("/file")).rejects.toThrow();
});
