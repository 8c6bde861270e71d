import { expect, test } from "vitest";
import type { Share } from "./api";
import { each, topOf } from "./top-prompts";

function share(category: string, runs: number, cost: string, more: Partial<Share> = {}): Share {
  return { category, runs, cost, tokens: 1, costNanoUsd: 0, percentage: 0, ...more } as Share;
}

test("prompts are put in the order of their runs, or of what one run costs, and what names none is left out", () => {
  const shares = [share("dear", 2, "4.00"), share("often", 90, "9.00"), share("(none)", 1000, "1.00", { unattributed: true }), share("small", 1, "1.50")];
  expect(topOf(shares, "runs").map((prompt) => prompt.promptId)).toEqual(["often", "dear", "small"]);
  expect(topOf(shares, "cost").map((prompt) => prompt.promptId)).toEqual(["often", "dear", "small"]);
  expect(topOf(shares, "each").map((prompt) => prompt.promptId)).toEqual(["dear", "small", "often"]);
});

test("what a run costs is exact to the nanoUSD, rounded half up", () => {
  expect(each({ cost: 10n, runs: 4 })).toBe(3n);
  expect(each({ cost: 9n, runs: 4 })).toBe(2n);
  expect(each({ cost: 5n, runs: 0 })).toBe(0n);
  expect(each({ cost: 10n, runs: 5, unpricedRuns: 1 })).toBe(3n);
  expect(each({ cost: 0n, runs: 2, unpricedRuns: 2 })).toBe(0n);
});
