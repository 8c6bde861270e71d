import { expect, test, vi } from "vitest";
import { pagesOf } from "./execution-pages";

const PAGES: Record<string, { nodeExecutions: number[]; nextCursor: string | null }> = {
  "": { nodeExecutions: [1, 2], nextCursor: "a" },
  a: { nodeExecutions: [3], nextCursor: "b" },
  b: { nodeExecutions: [4], nextCursor: null },
};

test("the nodes of all pages are together, in their order, and no further page is asked for than is shown", async () => {
  const page = vi.fn((cursor?: string) => Promise.resolve(PAGES[cursor ?? ""]!));

  expect((await pagesOf(page, 1000)).nodeExecutions).toEqual([1, 2, 3, 4]);
  expect(page).toHaveBeenCalledTimes(3);

  page.mockClear();
  expect((await pagesOf(page, 2)).nodeExecutions).toEqual([1, 2]);
  expect(page).toHaveBeenCalledTimes(1);
});
