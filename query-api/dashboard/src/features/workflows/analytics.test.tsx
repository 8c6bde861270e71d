import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { AnalyticsCards } from "./analytics";

afterEach(() => vi.unstubAllGlobals());

test.each([
  [null, "Runs in 30 days"],
  [7, "Runs in 7 days"],
  [90, "Runs in 30 days"],
])("in a tier that shows %s days of runs, they are counted as %s", async (shownDays, name) => {
  const answer = { totalExecutions: 3, failedExecutions: 0, totalCost: "0.01", averageCost: "0.01", executionsByDay: [], costByDay: [], nodes: [] };
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(answer)));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HintProvider>
        <AnalyticsCards id="wf_1" shownDays={shownDays} zone="UTC" labels={new Map()} hasRun asTable onAsTable={() => undefined} />
      </HintProvider>
    </QueryClientProvider>,
  );
  expect(await screen.findByText(name)).toBeTruthy();
});
