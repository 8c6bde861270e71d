import { expect, test, vi } from "vitest";
import { joined, pagesOf } from "./execution-pages";

const PAGES: Record<string, { nodeExecutions: number[]; nextCursor: string | null }> = {
  "": { nodeExecutions: [1, 2], nextCursor: "a" },
  a: { nodeExecutions: [3], nextCursor: "b" },
  b: { nodeExecutions: [4], nextCursor: null },
};

test("the nodes of all pages are together, in their order, and no further page is asked for than is shown", async () => {
  const page = vi.fn((cursor?: string) => Promise.resolve(PAGES[cursor ?? ""]!));

  expect(await pagesOf(page, 1000)).toEqual({ nodeExecutions: [1, 2, 3, 4], nextCursor: null });
  expect(page).toHaveBeenCalledTimes(3);

  page.mockClear();
  expect((await pagesOf(page, 2)).nodeExecutions).toEqual([1, 2]);
  expect(page).toHaveBeenCalledTimes(1);
});

test("whether there are more than are shown is known", async () => {
  expect((await pagesOf((cursor?: string) => Promise.resolve(PAGES[cursor ?? ""]!), 3)).nextCursor).toBe("b");
});

test("what is looked for stands once, whether or not it is among the first", () => {
  const failed = [{ id: "2" }, { id: "9" }];
  expect(joined({ nodeExecutions: [{ id: "1" }, { id: "2" }] }, failed).nodeExecutions.map(({ id }) => id)).toEqual(["1", "2", "9"]);
});
