import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { Schemas } from "@/shared/api/client";
import { HintProvider } from "./hint";
import { Trend } from "./trend";

const STATS = {
  trends: [
    { date: "2026-11-01", tokens: 10, cost: "0.25", costNanoUsd: 250_000_000, runs: 1, unpricedRuns: 0 },
    { date: "2026-11-02", tokens: 20, cost: "0.50", costNanoUsd: 500_000_000, runs: 2, unpricedRuns: 2 },
  ],
} as unknown as Schemas["Stats"];

function show(onPick?: (day: string) => void) {
  render(
    <HintProvider>
      <Trend stats={STATS} asTable onAsTable={() => undefined} onPick={onPick} />
    </HintProvider>,
  );
}

const daysOf = (role: "button" | "cell") => screen.getAllByRole(role, { name: /Nov/ });

test("what a click on a day of the chart leads to, the table offers by keyboard, the latest day first", async () => {
  const onPick = vi.fn();
  show(onPick);
  daysOf("button")[0]!.focus();
  await userEvent.keyboard("{Enter}");
  expect(onPick).toHaveBeenCalledExactlyOnceWith("2026-11-02");
});

test("where a day leads nowhere the table only tells it", () => {
  show();
  expect(daysOf("cell")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: /Nov/ })).toBeNull();
});

test("what has no price yet is never told as free, also of a day", () => {
  show();
  expect(screen.getAllByRole("row").map((row) => /without a price/.exec(row.textContent)?.input)).toEqual([undefined, expect.stringContaining("$0.50+ 2 runs without a price") as string, undefined]);
});
