import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { AnalyticsCards } from "./analytics";

afterEach(() => vi.unstubAllGlobals());

function show(answer: object, shownDays: number | null = null) {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(answer)));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HintProvider>
        <AnalyticsCards id="wf_1" shownDays={shownDays} zone="UTC" labels={new Map([["answer", "Write an answer"]])} hasRun asTable onAsTable={() => undefined} />
      </HintProvider>
    </QueryClientProvider>,
  );
}

const ANSWER = { totalExecutions: 3, failedExecutions: 0, totalCost: "0.01", averageCost: "0.01", executionsByDay: [], costByDay: [], nodes: [] };

test.each([
  [null, "Runs in 30 days"],
  [7, "Runs in 7 days"],
  [90, "Runs in 30 days"],
])("in a tier that shows %s days of runs, they are counted as %s", async (shownDays, name) => {
  show(ANSWER, shownDays);
  expect(await screen.findByText(name)).toBeTruthy();
});

test("of a node those items are runs that it ran for, and those that were skipped are told beside them", async () => {
  const node = { nodeId: "answer", runs: 75, completed: 24, failed: 1, skipped: 50, tokens: 10, cost: "0.01", costNanoUsd: 10_000_000 };
  show({ ...ANSWER, nodes: [node, { ...node, nodeId: "sort", runs: 75, completed: 75, failed: 0, skipped: 0 }] });
  const cells = async (name: RegExp) => within(await screen.findByRole("row", { name })).getAllByRole("cell").map((cell) => cell.textContent);
  expect((await cells(/Write an answer/)).slice(0, 3)).toEqual(["Write an answer", "2550 skipped", "1"]);
  expect((await cells(/^sort/)).slice(0, 3)).toEqual(["sort", "75", "0"]);
});

test("what has no price is told beside each cost, of all runs, of a day and of a node", async () => {
  const node = { nodeId: "answer", runs: 1, completed: 1, failed: 0, skipped: 0, kept: 0, tokens: 10, cost: "0.00", costNanoUsd: 0, unpricedCalls: 1 };
  const executionsByDay = [{ date: "2026-11-26", executions: 2, completed: 2, failed: 0 }];
  const costByDay = [{ date: "2026-11-26", cost: "0.01", costNanoUsd: 10_000_000, unpricedCalls: 2, tokens: 20 }];
  show({ ...ANSWER, unpricedCalls: 3, executionsByDay, costByDay, nodes: [node] });
  expect((await screen.findByTestId("analytics")).textContent).toContain("+ 3 calls without a price");
  expect(screen.getByRole("row", { name: /Write an answer/ }).textContent).toMatch(/\$0\.0000 \+ 1 call without a price$/);
  expect(screen.getByRole("row", { name: /Nov 26/ }).textContent).toContain("+ 2 calls without a price");
});

test("where no run has begun yet, none is said to cost nothing", async () => {
  show({ ...ANSWER, begunExecutions: 0, totalCost: "0.00", averageCost: "0.00" });
  expect((await screen.findByTestId("analytics")).textContent).toContain("none has begun yet");
  expect(screen.queryByText(/a run$/)).toBeNull();
});
